/** What can't have come this way: martians, and the reverse-path filter. */
import { describe, expect, test } from "vitest";
import { TestDevice } from "../../netif/netif.fixture.ts";
import { udpDatagram, WiredHost } from "../inet.fixture.ts";

function listening() {
  const host = new WiredHost();
  const socket = host.socket();
  socket.bind("0.0.0.0:7");
  return { host, socket };
}

test.each(["127.0.0.1", "10.0.0.1", "10.0.0.255", "224.0.0.1", "255.255.255.255", "0.0.0.0", "0.1.2.3"])(
  "a datagram from %s is dropped",
  (source) => {
    const { host, socket } = listening();
    host.arrives(udpDatagram(`${source}:9`, "10.0.0.1:7", "x"));
    expect([socket.receive(), host.count("IpInAddrErrors")]).toEqual(["EAGAIN", 1]);
  },
);

test("accept_local takes what says that it is from here", () => {
  const { host, socket } = listening();
  host.machine.sysctl.write("net.ipv4.conf.eth0.accept_local", "1");
  host.arrives(udpDatagram("10.0.0.1:9", "10.0.0.1:7", "x"));
  expect(socket.receive()).toBe("10.0.0.1:9 x");
});

describe("rp_filter", () => {
  /** 10.1.0.0/24 is behind eth1, and 192.0.2.0/24 nowhere. */
  const arrival = (mode: string, who: string, source: string) => {
    const { host, socket } = listening();
    host.attach(new TestDevice(), 0x02_00_00_00_01_0a, "10.1.0.1/24");
    host.machine.sysctl.write(`net.ipv4.conf.${who}.rp_filter`, mode);
    host.arrives(udpDatagram(`${source}:9`, "10.0.0.1:7", "x"));
    return [socket.receive() !== "EAGAIN", host.count("TcpExtIPReversePathFilter")];
  };

  test.each([
    ["0", "all", "10.1.0.2", true],
    ["0", "all", "192.0.2.1", true],
    ["1", "eth0", "10.0.0.2", true],
    ["1", "eth0", "10.1.0.2", false],
    ["1", "all", "10.1.0.2", false],
    ["1", "eth1", "10.1.0.2", true],
    ["2", "eth0", "10.1.0.2", true],
    ["2", "eth0", "192.0.2.1", false],
  ])("%s on %s: a datagram from %s is taken: %s", (mode, who, source, isTaken) => {
    expect(arrival(mode, who, source)).toEqual([isTaken, Number(!isTaken)]);
  });
});
