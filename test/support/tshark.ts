/** tshark, an independent reader of captures. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";

/** Is it installed? */
export const hasTshark: boolean = (() => {
  try {
    execFileSync("tshark", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

/** What may not be in any capture of ours. Below the severity "error" there are remarks, such as on a time to live of 1. */
export const COMPLAINT = [
  "_ws.malformed",
  "_ws.expert.severity >= 0x800000",
  ...["ip", "udp", "icmp", "igmp", "tcp"].map((protocol) => `${protocol}.checksum.status == 0`),
].join(" || ");

/** A long session has many lines. */
const OUTPUT_MAX_BYTES = 0x1000_0000;

/** The lines that tshark prints of a capture; a warning of its own fails the test. */
export function readCapture(bytes: Uint8Array, ...args: string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "netloom-capture-"));
  const file = join(folder, "capture.pcapng");
  writeFileSync(file, bytes);
  const checks = ["ip", "udp", "tcp"].flatMap((name) => ["-o", `${name}.check_checksum:TRUE`]);
  const { status, stdout, stderr } = spawnSync("tshark", ["-r", file, ...checks, ...args], {
    encoding: "utf8",
    maxBuffer: OUTPUT_MAX_BYTES,
  });
  rmSync(folder, { recursive: true });
  const warnings = stderr.split("\n").filter((line) => line !== "" && !line.startsWith("Running as user"));
  expect([status, warnings]).toEqual([0, []]);
  return stdout.split("\n").filter((line) => line !== "");
}
