/**
 * The World that the command gives to a scenario: it captures hosts from their first frame on.
 */
import { closeSync, mkdirSync, openSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { Host } from "../entry-kernel.ts";
import { parseDuration, type RunOptions, type RunResult, World, type WorldOptions } from "../entry-node.ts";
import { Failure } from "./failure.ts";

/** So much is collected before it is written. */
const WRITE_BYTES = 65_536;

/** A file that was written. */
export interface CaptureFile {
  readonly path: string;
  readonly packets: number;
}

export class Stage extends World {
  readonly #captures: string | undefined;
  readonly #files: CaptureWriter[] = [];
  readonly #untilNs: number | undefined;
  readonly #endings: (() => void)[] = [];

  /** `captures`: where one file for each host is written; none when it is left out. */
  constructor(options: WorldOptions, captures?: string, until?: string) {
    super(options);
    this.#captures = captures?.replace(/\/+$/, "");
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
    if (this.#captures !== undefined) this.#files.push(new CaptureWriter(host, `${this.#captures}/${name}.pcapng`));
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

  /** Finishes the captures, and answers what was written. */
  endCaptures(): CaptureFile[] {
    return this.#files.map((file) => file.end());
  }
}

/** One host's capture, which goes to its file while the world runs. */
class CaptureWriter {
  readonly #path: string;
  readonly #file: number;
  readonly #capture: ReturnType<Host["capture"]>;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;

  constructor(host: Host, path: string) {
    this.#path = path;
    try {
      this.#file = openSync(path, "w");
    } catch (error) {
      throw this.#failure(error);
    }
    this.#capture = host.capture((piece) => this.#add(piece));
  }

  end(): CaptureFile {
    this.#capture[Symbol.dispose]();
    this.#flush();
    closeSync(this.#file);
    return { path: this.#path, packets: this.#capture.packets };
  }

  #add(piece: Uint8Array): void {
    this.#waiting.push(piece);
    this.#waitingBytes += piece.length;
    if (this.#waitingBytes >= WRITE_BYTES) this.#flush();
  }

  #flush(): void {
    try {
      writeFully(this.#file, Buffer.concat(this.#waiting));
    } catch (error) {
      throw this.#failure(error);
    } finally {
      this.#waiting = [];
      this.#waitingBytes = 0;
    }
  }

  #failure(error: unknown): Failure {
    return new Failure(1, `the capture ${this.#path} can't be written: ${(error as Error).message}`);
  }
}

function writeFully(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

/** Makes a directory for what is written before anything runs. A Failure when it can't be. */
export function prepareDirectory(directory: string): void {
  try {
    makeDirectory(directory);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "EEXIST" ? "it is a file" : (error as Error).message;
    throw new Failure(2, `the directory ${directory} can't be made: ${reason}`);
  }
}

/** Parents first. mkdirSync's own `recursive` never ends on a file system that refuses directories, such as /proc. */
function makeDirectory(directory: string): void {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true) return;
  const parent = dirname(directory);
  if (parent !== directory) makeDirectory(parent);
  mkdirSync(directory);
}
