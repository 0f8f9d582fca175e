/**
 * signalfd(2): a descriptor from which the blocked signals of a process are read, as structs of 128 bytes.
 *
 *     byte  0      4      8     12     16  …  40      44     48       128
 *           signo  errno  code  pid    uid …  status  int    ptr  …   end     little-endian, as on x86-64
 */
import type { Errno } from "../../abi/errno.ts";
import { POLLIN } from "../../abi/poll.ts";
import type { WaitQueue } from "../../base/wait-queue.ts";
import type { FileDescription, FileOps } from "../../file/open-file.ts";
import type { Task } from "../../file/task.ts";
import type { Process } from "../process.ts";
import type { SigInfo } from "./siginfo.ts";
import type { SignalSet } from "./signal-set.ts";

/** Size of struct signalfd_siginfo, in bytes. */
export const SIGNALFD_SIGINFO_BYTES = 128;

export class SignalFile implements FileOps {
  readonly isPlain = true;
  readonly #process: Process;
  readonly waiters: WaitQueue;
  mask: SignalSet;

  constructor(process: Process, mask: SignalSet) {
    this.#process = process;
    this.waiters = process.signals.waiters;
    this.mask = mask;
  }

  /** As many pending signals as there is room for. EINVAL: not even for one. */
  read(_task: Task, into: Uint8Array): number | Errno {
    const count = Math.floor(into.length / SIGNALFD_SIGINFO_BYTES);
    if (count === 0) return "EINVAL";
    let bytes = 0;
    while (bytes < count * SIGNALFD_SIGINFO_BYTES) {
      const info = this.#process.signals.takeFrom(this.mask);
      if (info === undefined) break;
      emitSiginfo(into, bytes, info);
      bytes += SIGNALFD_SIGINFO_BYTES;
    }
    return bytes === 0 ? "EAGAIN" : bytes;
  }

  write(): Errno {
    return "EINVAL";
  }

  poll(): number {
    return this.#process.signals.pending.hasAny(this.mask) ? POLLIN : 0;
  }

  release(): void {}

  describe(): FileDescription {
    return { type: "a_inode", node: "signalfd", name: "[signalfd]" };
  }
}

function emitSiginfo(into: Uint8Array, offset: number, info: SigInfo): void {
  into.fill(0, offset, offset + SIGNALFD_SIGINFO_BYTES);
  const view = new DataView(into.buffer, into.byteOffset + offset, SIGNALFD_SIGINFO_BYTES);
  view.setUint32(0, info.signo, true);
  view.setInt32(8, info.code, true);
  view.setUint32(12, info.pid, true);
  view.setUint32(16, info.uid, true);
  view.setInt32(20, info.fd ?? 0, true);
  view.setUint32(28, info.band ?? 0, true);
  view.setInt32(40, info.status, true);
  view.setInt32(44, info.value, true);
  // ssi_ptr is the whole of the union sigval, of which ssi_int is the lower half.
  view.setUint32(48, info.value >>> 0, true);
}

/** The signals in what was read from a signalfd. */
export function parseSiginfo(from: Uint8Array): SigInfo[] {
  const infos: SigInfo[] = [];
  for (let offset = 0; offset + SIGNALFD_SIGINFO_BYTES <= from.length; offset += SIGNALFD_SIGINFO_BYTES) {
    const view = new DataView(from.buffer, from.byteOffset + offset, SIGNALFD_SIGINFO_BYTES);
    infos.push({
      signo: view.getUint32(0, true),
      code: view.getInt32(8, true),
      pid: view.getUint32(12, true),
      uid: view.getUint32(16, true),
      value: view.getInt32(44, true),
      status: view.getInt32(40, true),
      ...(view.getUint32(28, true) === 0 ? {} : { band: view.getUint32(28, true), fd: view.getInt32(20, true) }),
    });
  }
  return infos;
}
