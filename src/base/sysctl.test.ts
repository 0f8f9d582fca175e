/** Settings: what a write takes, and how names are written. */
import { expect, test } from "vitest";
import { Sysctl } from "./sysctl.ts";

test("a number is read as text and written as text", () => {
  const sysctl = new Sysctl();
  let changes = 0;
  const forward = sysctl.integer("net.ipv4.ip_forward", 0, { changed: () => changes++ });
  expect(sysctl.read("net.ipv4.ip_forward")).toBe("0");
  expect(sysctl.write("net/ipv4/ip_forward", " 0x10\n")).toBe(0);
  expect([forward.value, forward.text, changes]).toEqual([16, "16", 1]);
  expect(sysctl.write("net.ipv4.ip_forward", "-3 7")).toBe(0);
  expect(forward.value).toBe(-3);
});

test.each(["", "  ", "1x", "x", "1.5", "--1", "0x", "2147483648", "-2147483649"])(
  "%j is no number that fits",
  (text) => {
    const sysctl = new Sysctl();
    const setting = sysctl.integer("kernel.a", 5);
    expect(sysctl.write("kernel.a", text)).toBe("EINVAL");
    expect(setting.value).toBe(5);
  },
);

test("bounds hold for each number, and a check for all of them together", () => {
  const sysctl = new Sysctl();
  const range = sysctl.integers(
    "net.ipv4.ip_local_port_range",
    [32768, 60999],
    { min: 1, max: 65535 },
    ([a = 0, b = 0]) => a <= b,
  );
  expect(sysctl.write("net.ipv4.ip_local_port_range", "5000 4000")).toBe("EINVAL");
  expect(sysctl.write("net.ipv4.ip_local_port_range", "0 4000")).toBe("EINVAL");
  expect(sysctl.write("net.ipv4.ip_local_port_range", "4000 5000 9")).toBe(0);
  expect(range.text).toBe("4000\t5000");
  expect(sysctl.write("net.ipv4.ip_local_port_range", "4500")).toBe(0);
  expect(range.values).toEqual([4500, 5000]);
});

test("a word is one of those that are accepted", () => {
  const sysctl = new Sysctl();
  const word = sysctl.word("net.ipv4.tcp_congestion_control", "cubic", (name) => ["cubic", "reno"].includes(name));
  expect(sysctl.write("net.ipv4.tcp_congestion_control", "reno\n")).toBe(0);
  expect(sysctl.write("net.ipv4.tcp_congestion_control", "vegas")).toBe("EINVAL");
  expect(word.value).toBe("reno");
});

test("a slash stands for the dot in the name of an interface", () => {
  const sysctl = new Sysctl();
  sysctl.integer("net/ipv4/conf/eth0.7/rp_filter", 2);
  expect(sysctl.read("net.ipv4.conf.eth0/7.rp_filter")).toBe("2");
  expect(sysctl.read("net.ipv4.conf.eth0.7.rp_filter")).toBeUndefined();
  sysctl.remove("net/ipv4/conf/eth0.7");
  expect(sysctl.read("net.ipv4.conf.eth0/7.rp_filter")).toBeUndefined();
});

test("what is not there can't be read or written, and a directory is no setting", () => {
  const sysctl = new Sysctl();
  sysctl.integer("kernel.a", 0);
  expect(sysctl.write("kernel.b", "1")).toBe("ENOENT");
  expect(sysctl.write("kernel", "1")).toBe("ENOENT");
  expect(sysctl.write("kernel.a.b", "1")).toBe("ENOENT");
  expect(sysctl.read("")).toBeUndefined();
});
