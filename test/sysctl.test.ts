/** Settings of a host: from the scenario, and as files in /proc/sys. */
import {
  AF_INET,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  type Program,
  SO_RCVBUF,
  SO_SNDBUF,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  type Sys,
} from "netloom";
import { expect, test } from "vitest";
import { oneHost } from "./support/world.ts";

async function read(sys: Sys, path: string): Promise<string> {
  const fd = await sys.open(path, O_RDONLY);
  const buffer = new Uint8Array(100);
  const bytes = await sys.read(fd, buffer);
  sys.close(fd);
  return new TextDecoder().decode(buffer.subarray(0, bytes));
}

async function write(sys: Sys, path: string, text: string): Promise<void> {
  const fd = await sys.open(path, O_WRONLY);
  await sys.write(fd, text);
  sys.close(fd);
}

async function run(program: Program, uid: number = 0) {
  const { world, alice } = oneHost();
  alice.spawn("program", program, { uid });
  const { crashes } = await world.run();
  if (crashes[0] !== undefined) throw crashes[0].error;
  return alice;
}

test("a scenario reads and sets them by name", () => {
  const { world, alice } = oneHost();
  alice.attach(world.segment("lan"), "10.0.0.1/24");
  expect(alice.sysctl("net.ipv4.ip_default_ttl")).toBe("64");
  alice.sysctl("net.ipv4.ip_forward", 1);
  expect([alice.forwarding, alice.sysctl("net.ipv4.conf.eth0.forwarding")]).toEqual([true, "1"]);
  alice.forwarding = false;
  expect(alice.sysctl("net/ipv4/ip_forward")).toBe("0");
  expect(() => alice.sysctl("net.ipv4.no_such")).toThrow('alice: there is no setting "net.ipv4.no_such"');
  expect(() => alice.sysctl("net.ipv4.ip_default_ttl", 256)).toThrow(
    'alice: can\'t set "net.ipv4.ip_default_ttl" to 256',
  );
});

test("root reads and writes them in /proc/sys", async () => {
  const alice = await run(async (sys) => {
    expect(await read(sys, "/proc/sys/net/ipv4/ip_forward")).toBe("0\n");
    await write(sys, "/proc/sys/net/ipv4/ip_forward", "1\n");
    expect(await read(sys, "/proc/sys/net/ipv4/conf/lo/forwarding")).toBe("1\n");
    expect(await read(sys, "/proc/sys/net/ipv4/ip_local_port_range")).toBe("32768\t60999\n");
    expect(sys.readdir("/proc/sys/net/ipv4/conf")).toEqual(["all", "default", "lo"]);
    await expect(write(sys, "/proc/sys/net/ipv4/ip_default_ttl", "many")).rejects.toThrow("EINVAL");
    const fd = await sys.open("/proc/sys/net/ipv4/ip_default_ttl", O_RDWR);
    const buffer = new Uint8Array(10);
    await sys.read(fd, buffer);
    // What is written behind the start means nothing.
    expect(await sys.write(fd, "7")).toBe(1);
    expect(await read(sys, "/proc/sys/net/ipv4/ip_default_ttl")).toBe("64\n");
  });
  expect(alice.forwarding).toBe(true);
});

test("others only read them", async () => {
  await run(async (sys) => {
    expect(await read(sys, "/proc/sys/net/ipv4/ip_default_ttl")).toBe("64\n");
    await expect(write(sys, "/proc/sys/net/ipv4/ip_default_ttl", "9")).rejects.toThrow("EACCES");
    expect(() => sys.unlink("/proc/sys/net/ipv4/ip_default_ttl")).toThrow("EACCES");
  }, 1000);
});

test("net.core: buffers of new sockets, the most that SO_RCVBUF and SO_SNDBUF give, and the longest accept queue", async () => {
  const alice = await run(async (sys) => {
    const sizes = (fd: number) => [SO_RCVBUF, SO_SNDBUF].map((name) => sys.getsockopt(fd, SOL_SOCKET, name));
    const fd = sys.socket(AF_INET, SOCK_DGRAM);
    expect(sizes(fd)).toEqual([212_992, 212_992]);
    sys.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, 1_000_000);
    sys.setsockopt(fd, SOL_SOCKET, SO_SNDBUF, 1_000_000);
    expect(sizes(fd)).toEqual([425_984, 425_984]);
    await write(sys, "/proc/sys/net/core/rmem_max", "1000000");
    await write(sys, "/proc/sys/net/core/wmem_max", "500000");
    await write(sys, "/proc/sys/net/core/rmem_default", "5000");
    sys.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, 2_000_000);
    sys.setsockopt(fd, SOL_SOCKET, SO_SNDBUF, 2_000_000);
    expect(sizes(fd)).toEqual([2_000_000, 1_000_000]);
    expect(sizes(sys.socket(AF_INET, SOCK_DGRAM))).toEqual([5000, 212_992]);
    // Those of TCP are net.ipv4.tcp_rmem and tcp_wmem.
    expect(sizes(sys.socket(AF_INET, SOCK_STREAM))).toEqual([131_072, 16_384]);
    await write(sys, "/proc/sys/net/core/somaxconn", "3");
    const s = sys.socket(AF_INET, SOCK_STREAM);
    sys.bind(s, { address: "0.0.0.0", port: 7 });
    sys.listen(s, 100);
  });
  expect(() => alice.sysctl("net.core.rmem_max", 2303)).toThrow("can't set");
});

test("net.ipv4.tcp_*: bounds and errors are Linux's", async () => {
  await run(async (sys) => {
    const takes = async (name: string, values: readonly string[]) => {
      const results: string[] = [];
      for (const value of values) {
        results.push(
          await write(sys, `/proc/sys/net/ipv4/${name}`, value).then(
            () => "ok",
            (error: { code: string }) => error.code,
          ),
        );
      }
      return results.join(" ");
    };
    // A byte each, and on unless it is 0.
    for (const name of [
      "sack",
      "timestamps",
      "window_scaling",
      "syncookies",
      "abort_on_overflow",
      "rfc1337",
      "dsack",
    ]) {
      expect(await takes(`tcp_${name}`, ["255", "256", "-1", "0"])).toBe("ok EINVAL EINVAL ok");
    }
    for (const name of ["frto", "moderate_rcvbuf", "slow_start_after_idle", "stdurg"]) {
      expect(await takes(`tcp_${name}`, ["255", "256", "-1", "0"])).toBe("ok EINVAL EINVAL ok");
    }
    expect(await takes("tcp_tw_reuse", ["2", "3"])).toBe("ok EINVAL");
    for (const name of ["fin_timeout", "keepalive_time", "keepalive_intvl"]) {
      expect(await takes(`tcp_${name}`, ["8589934", "8589935"])).toBe("ok EINVAL");
    }
    expect(await takes("tcp_congestion_control", ["reno", "nosuch"])).toBe("ok ENOENT");
    expect(await takes("tcp_rto_min_us", ["0", "1"])).toBe("EINVAL ok");
    expect(await takes("tcp_rto_max_ms", ["999", "1000", "120000", "120001"])).toBe("EINVAL ok ok EINVAL");
    expect(await takes("tcp_tw_reuse_delay", ["0", "1", "60000", "60001"])).toBe("EINVAL ok ok EINVAL");
    expect(await takes("tcp_notsent_lowat", ["4294967295", "4294967296", "-1"])).toBe("ok EINVAL EINVAL");
    expect(await takes("tcp_max_reordering", ["0", "1"])).toBe("EINVAL ok");
  });
});
