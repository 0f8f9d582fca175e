/** /proc/net: what programs such as netstat and nstat read. */
import {
  AF_INET,
  AF_PACKET,
  ETH_P_ALL,
  IP_ADD_MEMBERSHIP,
  IPPROTO_ICMP,
  IPPROTO_IP,
  O_RDONLY,
  SOCK_DGRAM,
  SOCK_RAW,
  type Sys,
} from "netloom";
import { expect, test } from "vitest";
import { oneHost } from "./support/world.ts";

async function lines(sys: Sys, name: string): Promise<string[]> {
  const fd = await sys.open(`/proc/net/${name}`, O_RDONLY);
  const buffer = new Uint8Array(10_000);
  const bytes = await sys.read(fd, buffer);
  sys.close(fd);
  return new TextDecoder().decode(buffer.subarray(0, bytes)).split("\n");
}

/** The value of a counter in a file of pairs of lines. */
function counter(text: readonly string[], prefix: string, name: string): string | undefined {
  const [names = "", values = ""] = text.filter((line) => line.startsWith(`${prefix}: `));
  return values.split(" ")[names.split(" ").indexOf(name)];
}

test("counters, raw and packet sockets and groups stand there in Linux's words", async () => {
  const { world, alice } = oneHost();
  alice.attach(world.segment("lan"), "10.0.0.1/24");
  alice.sysctl("net.ipv4.ip_forward", 1);
  alice.spawn("program", async (sys) => {
    const member = sys.socket(AF_INET, SOCK_DGRAM);
    const group = { imr_multiaddr: "239.1.2.3", imr_address: "10.0.0.1" };
    sys.setsockopt(member, IPPROTO_IP, IP_ADD_MEMBERSHIP, group);
    sys.socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    sys.socket(AF_PACKET, SOCK_RAW, ETH_P_ALL);
    await sys.sendto(member, "x", { address: "127.0.0.1", port: 9 });
    const snmp = await lines(sys, "snmp");
    expect([counter(snmp, "Ip", "Forwarding"), counter(snmp, "Ip", "DefaultTTL")]).toEqual(["1", "64"]);
    expect([counter(snmp, "Udp", "NoPorts"), counter(snmp, "Icmp", "OutDestUnreachs")]).toEqual(["1", "1"]);
    expect(counter(await lines(sys, "netstat"), "IpExt", "OutMcastPkts")).toBe("1");
    expect((await lines(sys, "raw"))[1]).toMatch(/^ {3}1: 00000000:0001 00000000:0000 07 00000000:/);
    expect((await lines(sys, "packet"))[1]).toMatch(/^0+ 3 +3 +0003 +0 +1 /);
    const igmp = await lines(sys, "igmp");
    expect(igmp.slice(1)).toEqual([
      "1\tlo        :     1      V2",
      "\t\t\t\t010000E0     1 0:00000000\t\t0",
      "2\teth0      :     2      V2",
      "\t\t\t\t010000E0     1 0:00000000\t\t0",
      "\t\t\t\t030201EF     1 0:00000000\t\t0",
      "",
    ]);
  });
  expect((await world.run()).crashes).toEqual([]);
});
