/**
 * Linux to Linux by Linux alone: Debian's user-mode-linux, with netem between two network namespaces, under the same impairments.
 *
 * Read first: tc-netem(8), uml-init.sh, uml-ptrace.c. A second, different Linux: it boots in seconds, as an ordinary process.
 * Order: whyNotUml() → transferInUml() → linux.uml boots with uml-init.sh as its first process → peer.mjs at both ends.
 */
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { LinkOptions } from "netloom";
import { type Metered, type Plan, type Seen, type Transfer, transferOf } from "./transfer.ts";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const BOOT_MS_MAX = 60_000;
const FRAME_BITS = 1514 * 8;

/** Why there is no Linux of its own here; undefined where there is. */
export function whyNotUml(): string | undefined {
  if (spawnSync("linux.uml", ["--version"]).status !== 0) return "Debian's user-mode-linux is not installed";
  if (spawnSync("cc", ["--version"]).status !== 0) return "there is no C compiler";
  return undefined;
}

export async function transferInUml({ link, algorithm, seconds }: Plan): Promise<Transfer> {
  const folder = mkdtempSync(join(tmpdir(), "netloom-uml-"));
  try {
    const library = join(folder, "uml-ptrace.so");
    await run("cc", ["-O2", "-shared", "-fPIC", "-o", library, join(FOLDER, "uml-ptrace.c")], {});
    const { stdout } = await run("linux.uml", kernelArguments(link, `${algorithm} ${seconds}`), {
      env: { ...process.env, LD_PRELOAD: library, HOME: folder, TMPDIR: folder },
      timeout: BOOT_MS_MAX + 3000 * seconds,
      maxBuffer: 1 << 24,
    });
    return transferOf(line(stdout, "sent") as Seen, line(stdout, "got") as Metered);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const run = promisify(execFile);

/** What the kernel does not know it hands to its first process as environment; a blank would end it. */
function kernelArguments(link: LinkOptions, pour: string): string[] {
  return [
    "mem=512M",
    "rootfstype=hostfs",
    "rootflags=/",
    "ro",
    `init=${FOLDER}uml-init.sh`,
    "con=null",
    "con0=null,fd:1",
    "ssl=null",
    `NODE=${process.execPath}`,
    `PEER=${FOLDER}peer.mjs`,
    `FOLDER=${FOLDER}`,
    `NETEM=${netem(link).replaceAll(" ", "_")}`,
    `POUR=${pour.replaceAll(" ", "_")}`,
  ];
}

/** The link in netem's words. Its queue also holds what is under way. */
function netem(link: LinkOptions): string {
  const { rateMbps = 1000, delayMs = 0, jitterMs = 0, queuePackets = 1000 } = link;
  const { lossRate = 0, duplicateRate = 0, corruptRate = 0, reorderRate = 0 } = link;
  const underWay = Math.ceil((rateMbps * 1e3 * (delayMs + jitterMs)) / FRAME_BITS);
  const words = [`rate ${rateMbps}mbit limit ${queuePackets + underWay} delay ${delayMs}ms ${jitterMs}ms`];
  const shares = { loss: lossRate, duplicate: duplicateRate, corrupt: corruptRate, reorder: reorderRate };
  for (const [fault, share] of Object.entries(shares)) if (share > 0) words.push(`${fault} ${share * 100}%`);
  return words.join(" ");
}

function line(console: string, word: string): unknown {
  const found = console.split(/\r?\n/).find((text) => text.startsWith(`${word} {`));
  if (found === undefined) throw new Error(`user-mode Linux said nothing of what it ${word}:\n${console.slice(-2000)}`);
  return JSON.parse(found.slice(word.length + 1));
}
