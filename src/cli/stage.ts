/**
 * The World that the command gives to a scenario: it captures hosts from their first frame on.
 */
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Host } from "../entry-kernel.ts";
import { parseDuration, type RunOptions, type RunResult, World, type WorldOptions } from "../entry-node.ts";
import { Failure } from "./failure.ts";

/** A file that was written. */
export interface CaptureFile {
  readonly path: string;
  readonly packets: number;
}

export class Stage extends World {
  readonly #isCapturing: boolean;
  readonly #captures: Map<string, ReturnType<Host["capture"]>> = new Map<string, ReturnType<Host["capture"]>>();
  readonly #untilNs: number | undefined;
  readonly #endings: (() => void)[] = [];

  constructor(options: WorldOptions, isCapturing: boolean, until?: string) {
    super(options);
    this.#isCapturing = isCapturing;
    this.#untilNs = until === undefined ? undefined : parseDuration("--until", until);
  }

  /** --until holds for the runs, too, that a scenario makes by itself. */
  override run(options: RunOptions = {}): Promise<RunResult> {
    const limitNs = this.#untilNs;
    if (limitNs === undefined) return super.run(options);
    const askedNs = options.until === undefined ? limitNs : parseDuration("until", options.until);
    return super.run({ ...options, until: Math.min(askedNs, limitNs) });
  }

  override host(name: string): Host {
    const host = super.host(name);
    if (this.#isCapturing) this.#captures.set(name, host.capture());
    return host;
  }

  /** Something to be done when no more steps will be shown. */
  atEnd(ending: () => void): void {
    this.#endings.push(ending);
  }

  /** No more steps will be shown. */
  end(): void {
    for (const ending of this.#endings.splice(0)) ending();
  }

  /** Writes DIR/HOST.pcapng for each host. A Failure that names the file when it can't be. */
  writeCaptures(directory: string): CaptureFile[] {
    return [...this.#captures].map(([name, capture]) => {
      const path = `${directory.replace(/\/+$/, "")}/${name}.pcapng`;
      try {
        writeFileSync(path, capture.toBytes());
      } catch (error) {
        throw new Failure(1, `the capture ${path} can't be written: ${(error as Error).message}`);
      }
      return { path, packets: capture.packets };
    });
  }
}

/** Makes the directory for captures before anything runs. A Failure when it can't be. */
export function prepareDirectory(directory: string): void {
  try {
    makeDirectory(directory);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "EEXIST" ? "it is a file" : (error as Error).message;
    throw new Failure(2, `the directory ${directory} for captures can't be made: ${reason}`);
  }
}

/** Parents first. mkdirSync's own `recursive` never ends on a file system that refuses directories, such as /proc. */
function makeDirectory(directory: string): void {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true) return;
  const parent = dirname(directory);
  if (parent !== directory) makeDirectory(parent);
  mkdirSync(directory);
}
