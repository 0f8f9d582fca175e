/**
 * process.stdin, stdout, stderr and console of a virtual process: streams over its descriptors 0, 1 and 2.
 *
 * A write is done when the kernel has taken it, at once for a console or a file; it waits where a pipe is full.
 */
import { Console } from "node:console";
import { Readable, Writable } from "node:stream";
import { ERRNO_TEXT, type Errno } from "../../abi/errno.ts";
import { reading, writing } from "../../kernel/calls/io.ts";
import { type Attempt, Operation } from "../../kernel/operation.ts";
import { systemError } from "./internals.ts";
import type { NodeProcess } from "./node-process.ts";
import { stateOf } from "./process-state.ts";

const READ_BYTES = 65_536;

/** The stream behind process.stdout (1) or process.stderr (2). */
export function output(owner: NodeProcess, fd: 1 | 2): Writable {
  return stateOf(owner, fd === 1 ? "stdout" : "stderr", () => new Output(owner, fd));
}

/** The stream behind process.stdin. */
export function input(owner: NodeProcess): Readable {
  return stateOf(owner, "stdin", () => new Input(owner));
}

/** console of the process. */
export function consoleOf(owner: NodeProcess): Console {
  return stateOf(owner, "console", () => new Console({ stdout: output(owner, 1), stderr: output(owner, 2) }));
}

class Output extends Writable {
  readonly fd: number;
  readonly #owner: NodeProcess;

  constructor(owner: NodeProcess, fd: number) {
    super({ decodeStrings: true });
    this.fd = fd;
    this.#owner = owner;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    perform(this.#owner, "write", writing(this.#owner.process, this.fd, chunk), (result) => {
      callback(typeof result === "string" ? failure(result, "write") : null);
    });
  }

  /** As Node's: the standard streams stay open. */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    callback(error);
  }
}

class Input extends Readable {
  readonly fd = 0;
  readonly #owner: NodeProcess;

  constructor(owner: NodeProcess) {
    super({ highWaterMark: READ_BYTES });
    this.#owner = owner;
  }

  override _read(): void {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    perform(this.#owner, "read", reading(this.#owner.process, this.fd, buffer), (result) => {
      if (typeof result === "string") this.destroy(failure(result, "read"));
      else this.push(result === 0 ? null : buffer.subarray(0, result));
    });
  }
}

function failure(code: Errno, call: string): Error {
  const error = systemError(code, call);
  error.message = `${code}: ${ERRNO_TEXT[code]}, ${call}`;
  return error;
}

/** Makes a call that may have to wait; `done` is called at once, or in a turn of its own. */
function perform(
  owner: NodeProcess,
  call: string,
  attempt: Attempt<number> | Errno,
  done: (result: number | Errno) => void,
): void {
  if (typeof attempt === "string") {
    done(attempt);
    return;
  }
  const operation = new Operation<number>(owner.process, attempt, (result) => {
    owner.unreference();
    owner.root.runInAsyncScope(() => done(result));
  });
  const result = owner.call(call, () => operation.start());
  if (operation.pending) owner.reference();
  else done(result);
}
