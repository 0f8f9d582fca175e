/** Settings that say which local ports are given out: net.ipv4.ip_local_port_range, its neighbours, and tcp_tw_reuse_delay. */
import { AF_INET, type Host, type Program, SOCK_DGRAM, SOCK_STREAM, type Sys, World } from "netloom";
import { expect, test } from "vitest";
import { oneHost } from "./support/world.ts";

async function run(program: Program, host?: (alice: Host) => void) {
  const { world, alice } = oneHost();
  host?.(alice);
  alice.spawn("program", program);
  const { crashes } = await world.run();
  if (crashes[0] !== undefined) throw crashes[0].error;
}

test("ip_local_port_range begins no lower than what is for privileged users, which ends no higher", () => {
  const { alice } = oneHost();
  const range = "net.ipv4.ip_local_port_range";
  const start = "net.ipv4.ip_unprivileged_port_start";
  for (const value of ["1", "1 1", "1000 2000", "2000 1999", "62000", "2000 70000"]) {
    expect(() => alice.sysctl(range, value)).toThrow("can't set");
  }
  alice.sysctl(range, "40000");
  expect(alice.sysctl(range)).toBe("40000\t60999");
  alice.sysctl(range, "2000 2000 5");
  expect(alice.sysctl(range)).toBe("2000\t2000");
  expect(() => alice.sysctl(start, 2001)).toThrow("can't set");
  alice.sysctl(start, 0);
  alice.sysctl(range, "1 1");
});

test("ip_local_reserved_ports: in Linux's form", () => {
  const { alice } = oneHost();
  const name = "net.ipv4.ip_local_reserved_ports";
  const written = ["1,2,3", "10-20,15-30", "9148,8080", "1-3,4", "1,", "0-65535", ""].map((value) => {
    alice.sysctl(name, value);
    return alice.sysctl(name);
  });
  expect(written).toEqual(["1-3", "10-30", "8080,9148", "1-4", "1", "0-65535", ""]);
  for (const value of ["20-10", "a", "1, 2", "65536", "1-2-3", "-1"]) {
    expect(() => alice.sysctl(name, value)).toThrow("can't set");
  }
});

test("ip_local_reserved_ports: nobody gets one without asking for it", async () => {
  const portOf = (sys: Sys, fd: number) => (sys.getsockname(fd) as { port: number }).port;
  await run(
    async (sys) => {
      const stream = sys.socket(AF_INET, SOCK_STREAM);
      sys.bind(stream, { address: "127.0.0.1", port: 0 });
      sys.listen(stream, 5);
      const datagrams = sys.socket(AF_INET, SOCK_DGRAM);
      sys.bind(datagrams, { address: "127.0.0.1", port: 0 });
      expect([portOf(sys, stream), portOf(sys, datagrams)]).toEqual([5003, 5003]);
      const client = sys.socket(AF_INET, SOCK_STREAM);
      // All that are left have been bound.
      await expect(sys.connect(client, sys.getsockname(stream))).rejects.toThrow("EADDRNOTAVAIL");
      const asked = sys.socket(AF_INET, SOCK_STREAM);
      sys.bind(asked, { address: "127.0.0.1", port: 5001 });
    },
    (alice) => {
      alice.sysctl("net.ipv4.ip_local_port_range", "5001 5005");
      alice.sysctl("net.ipv4.ip_local_reserved_ports", "5001,5002,5004-5005");
    },
  );
});

test("tcp_tw_reuse_delay: so long TIME_WAIT keeps its port from the next connect(2) to the same peer", async () => {
  const attempts = async (delayMs: number): Promise<string[]> => {
    const world = new World();
    const alice = world.host("alice");
    alice.sysctl("net.ipv4.tcp_tw_reuse", 1);
    alice.sysctl("net.ipv4.tcp_tw_reuse_delay", delayMs);
    alice.sysctl("net.ipv4.ip_local_port_range", "5000 5000");
    const results: string[] = [];
    alice.spawn("program", async (sys) => {
      const server = sys.socket(AF_INET, SOCK_STREAM);
      sys.bind(server, { address: "127.0.0.1", port: 7 });
      sys.listen(server, 5);
      const once = async () => {
        const fd = sys.socket(AF_INET, SOCK_STREAM);
        try {
          await sys.connect(fd, { address: "127.0.0.1", port: 7 });
          const { fd: peer } = await sys.accept(server);
          await sys.close(fd);
          await sys.close(peer);
          results.push("made");
        } catch (error) {
          results.push((error as { code: string }).code);
        }
      };
      await once();
      await sys.sleep(2);
      await once();
    });
    await world.run();
    return results;
  };
  expect(await attempts(1000)).toEqual(["made", "made"]);
  expect(await attempts(3000)).toEqual(["made", "EADDRNOTAVAIL"]);
});
