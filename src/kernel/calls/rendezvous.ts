/**
 * Direct messages: msgSend, msgReceive, msgReply, and names for processes. The channels are ipc/rendezvous.ts's.
 *
 * Who may send to a process: root, whoever may signal it, and whoever may write one of the names that it has attached.
 */
import type { Errno } from "../../abi/errno.ts";
import { NAME_MAX, S_IFSOCK, W_OK } from "../../abi/stat.ts";
import type { Directory } from "../../file/inode.ts";
import { mayAccess } from "../../file/permission.ts";
import {
  type Channel,
  NameNode,
  nameIn,
  ReceiverClaim,
  type Reply,
  type Request,
  RequestClaim,
} from "../../ipc/rendezvous.ts";
import type { Kernel } from "../kernel.ts";
import type { Process } from "../process.ts";
import { ClaimAttempt } from "./claim-attempt.ts";
import { hashBytes } from "./io.ts";
import { maySignal } from "./signals.ts";

const DIRECTORY = "/dev/name";

/** Makes /dev/name. */
export function mountNames({ files, processes }: Kernel): void {
  const dev = files.root.get("dev", processes.init) as Directory;
  files.addDirectory(dev, "name", 0o1777);
}

/** msgSend: an attempt that ends with the answer. EDEADLK: to oneself; ESRCH, EPERM. */
export function msgSending(process: Process, pid: number, data: Uint8Array): ClaimAttempt<Reply> | Errno {
  const target = living(process, pid);
  if (target === undefined) return "ESRCH";
  if (target === process) return "EDEADLK";
  if (!maySend(process, target)) return "EPERM";
  hashBytes(process, data, data.length);
  return new SendAttempt(process, target, data);
}

/** msgReceive: an attempt that ends with a request, of anybody (0) or of one process. ESRCH: that one is not there. */
export function msgReceiving(process: Process, from: number): ClaimAttempt<Request> | Errno {
  if (!Number.isInteger(from) || from < 0) return "EINVAL";
  if (from !== 0 && living(process, from) === undefined) return "ESRCH";
  return new ReceiveAttempt(process, from);
}

/** msgReply. EINVAL: that process does not wait for an answer from this one; ESRCH: it is not there. */
export function msgReply(process: Process, pid: number, data: Uint8Array): 0 | Errno {
  if (process.kernel.ipc.channels.find(process.pid)?.reply(pid, data) === true) {
    process.runState.progress();
    hashBytes(process, data, data.length);
    return 0;
  }
  return living(process, pid) === undefined ? "ESRCH" : "EINVAL";
}

/** msgAttach: a name for this process, /dev/name/NAME; who may write it may send. EACCES, EEXIST, EINVAL, ENOSPC. */
export function msgAttach(process: Process, name: string, mode: number): 0 | Errno {
  if (!isName(name)) return "EINVAL";
  const { files, ipc } = process.kernel;
  const place = files.walk(process, `${DIRECTORY}/${name}`, "before-slash", true);
  if (typeof place === "string") return place;
  if (place.inode !== null) return "EEXIST";
  const { directory } = place;
  const channel = ipc.channels.of(process.pid);
  const remove = (gone: NameNode): void => {
    channel.names.delete(gone);
    const found = nameIn(directory, gone, process);
    if (found !== undefined) files.removeName(directory, found, gone);
  };
  const make = (ownership: ConstructorParameters<typeof NameNode>[1]): NameNode =>
    new NameNode(files.volume, ownership, process.pid, remove);
  const node = files.makeAt(process, place, mode, make, S_IFSOCK);
  if (typeof node === "string") return node;
  channel.names.add(node);
  return 0;
}

/** msgDetach: the name is free again. EINVAL: this process has no such name. */
export function msgDetach(process: Process, name: string): 0 | Errno {
  const node = isName(name) ? process.kernel.files.lookup(process, `${DIRECTORY}/${name}`, false) : "EINVAL";
  if (!(node instanceof NameNode) || node.pid !== process.pid) return "EINVAL";
  node.close();
  return 0;
}

/** msgLocate: the process that has a name. EACCES, EINVAL, ENOENT. */
export function msgLocate(process: Process, name: string): { readonly pid: number } | Errno {
  if (!isName(name)) return "EINVAL";
  const node = process.kernel.files.lookup(process, `${DIRECTORY}/${name}`, false);
  if (typeof node === "string") return node;
  if (!(node instanceof NameNode)) return "ENOENT";
  return mayAccess(process, node, W_OK) ? { pid: node.pid } : "EACCES";
}

function isName(name: string): boolean {
  return typeof name === "string" && name.length <= NAME_MAX && /^[^/\0]+$/.test(name) && name !== "." && name !== "..";
}

function living(process: Process, pid: number): Process | undefined {
  const target = process.kernel.processes.get(pid);
  // Process 1 has no program: it would never answer.
  return target?.state === "running" && pid !== 1 ? target : undefined;
}

function maySend(process: Process, target: Process): boolean {
  if (maySignal(process, target, 0)) return true;
  const names = process.kernel.ipc.channels.find(target.pid)?.names ?? [];
  return [...names].some((name) => mayAccess(process, name, W_OK));
}

class SendAttempt extends ClaimAttempt<Reply> {
  protected readonly claim: RequestClaim;
  readonly #target: Process;
  readonly #channel: Channel;

  constructor(process: Process, target: Process, data: Uint8Array) {
    super("msg_send", process, "EAGAIN");
    this.#target = target;
    this.#channel = process.kernel.ipc.channels.of(target.pid);
    this.claim = new RequestClaim(process.pid, data);
  }

  on(): string {
    const { name, pid } = this.#target;
    return this.claim.state === "SEND" ? `SEND: ${name}[${pid}] receives` : `REPLY: ${name}[${pid}] answers`;
  }

  /** A stopped process has sent what it has sent. */
  override withdraw(why: "signal" | "stop" = "signal"): void {
    if (why === "signal") super.withdraw();
  }

  /** It always waits, for the answer. */
  protected override tryNow(): Errno {
    return "EAGAIN";
  }

  protected override join(): void {
    this.process.runState.progress();
    this.#channel.send(this.claim);
  }

  protected override leave(): void {
    this.#channel.withdraw(this.claim);
  }
}

class ReceiveAttempt extends ClaimAttempt<Request> {
  protected readonly claim: ReceiverClaim;
  readonly #channel: Channel;

  constructor(process: Process, from: number) {
    super("msg_receive", process, "EAGAIN");
    this.#channel = process.kernel.ipc.channels.of(process.pid);
    this.claim = new ReceiverClaim(from);
  }

  on(): string {
    const { from } = this.claim;
    if (from === 0) return "RECEIVE: anybody sends";
    return `RECEIVE: ${this.process.kernel.processes.get(from)?.name ?? "process"}[${from}] sends`;
  }

  protected override tryNow(): Request | Errno {
    const request = this.#channel.receive(this.claim);
    if (request !== undefined) this.process.runState.progress();
    return request ?? "EAGAIN";
  }

  protected override join(): void {
    this.#channel.receivers.add(this.claim);
  }

  protected override leave(): void {
    this.#channel.receivers.remove(this.claim);
  }
}
