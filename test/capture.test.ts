/** Captures: what tshark, an independent reader, makes of them. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Capture, World } from "netloom";
import { afterAll, describe, expect, test } from "vitest";
import scenario from "../examples/course.ts";
import { hasTshark } from "./support/tshark.ts";

const folder = mkdtempSync(join(tmpdir(), "netloom-capture-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the course with a capture on each host; the files' names by host. */
async function captureCourse(): Promise<Map<string, string>> {
  const world = new World({ console: () => {} });
  const captures = new Map<string, Capture>();
  const host = world.host.bind(world);
  world.host = (name) => {
    const made = host(name);
    captures.set(name, made.capture());
    return made;
  };
  await scenario(world);
  await world.run();
  return new Map(
    [...captures].map(([name, capture]) => {
      const file = join(folder, `${name}.pcapng`);
      writeFileSync(file, capture.toBytes());
      return [name, file];
    }),
  );
}

const read = (file: string, ...args: string[]): string[] => {
  const checks = ["ip.check_checksum", "udp.check_checksum"].flatMap((name) => ["-o", `${name}:TRUE`]);
  const { status, stdout, stderr } = spawnSync("tshark", ["-r", file, ...checks, ...args], { encoding: "utf8" });
  const warnings = stderr.split("\n").filter((line) => line !== "" && !line.startsWith("Running as user"));
  expect([status, warnings]).toEqual([0, []]);
  return stdout.split("\n").filter((line) => line !== "");
};

describe.skipIf(!hasTshark)(`tshark${hasTshark ? "" : " (skipped: it is not installed)"}`, { timeout: 60_000 }, () => {
  test("reads the course's captures without a warning", async () => {
    const files = await captureCourse();
    expect([...files.keys()]).toEqual(["alice", "bob", "carol"]);
    for (const file of files.values()) {
      expect(read(file).length).toBeGreaterThan(2);
      const complaint =
        "_ws.malformed || _ws.expert.severity >= 0x400000 || ip.checksum.status == 0 || udp.checksum.status == 0";
      expect(read(file, "-Y", complaint)).toEqual([]);
    }
  });

  test("sees the interfaces' names, the host, the directions and nanoseconds", async () => {
    const bob = (await captureCourse()).get("bob") ?? "";
    const fields = ["frame.interface_name", "frame.packet_flags_direction", "frame.time_epoch", "frame.protocols"];
    const [first] = read(bob, "-T", "fields", ...fields.flatMap((field) => ["-e", field]));
    expect(first).toBe("eth0\t0x00000002\t1767225600.000000000\teth:ethertype:arp");
    expect(read(bob, "-T", "fields", "-e", "frame.time_epoch", "-Y", "udp").at(0)).toMatch(/^1767225600\.00001\d{4}$/);
    expect(new Set(read(bob, "-T", "fields", "-e", "frame.interface_name"))).toEqual(new Set(["eth0", "eth1"]));
    expect(read(bob, "-T", "fields", "-e", "udp.length", "-Y", "udp")[0]).toBe("26");
  });
});
