/**
 * The ancillary data of sendmsg(2) and recvmsg(2): descriptors and credentials, and
 * control messages, which go to the protocol and come from it as they are.
 *
 * Read first: unix(7), cmsg(3); Linux's net/core/scm.c. A sender's descriptors become references to open files, a
 * receiver's new descriptors refer to the same. What has no room in the receiver's control buffer, or in its descriptor
 * table, is closed, and MSG_CTRUNC says so.
 */
import type { Errno } from "../../abi/errno.ts";
import { AF_UNIX, MSG_CMSG_CLOEXEC, MSG_CTRUNC, SOCK_STREAM } from "../../abi/socket.ts";
import type { OpenFile } from "../../file/open-file.ts";
import type { SocketAddress } from "../../socket/address.ts";
import { type Ancillary, type Credentials, Rights } from "../../socket/ancillary.ts";
import type { ControlMessage } from "../../socket/option.ts";
import type { Received } from "../../socket/receive-buffer.ts";
import type { Socket } from "../../socket/socket.ts";
import { timestampMessage } from "../../socket/timestamp.ts";
import type { Process } from "../process.ts";
import { isOptionValue } from "./socket-options.ts";

/** SCM_MAX_FD: descriptors in one message. */
const RIGHTS_MAX = 253;
/** sizeof(struct cmsghdr), and of a descriptor, and CMSG_SPACE(sizeof(struct ucred)). */
const HEADER_BYTES = 16;
const DESCRIPTOR_BYTES = 4;
const CREDENTIALS_BYTES = 32;
/** CMSG_SPACE(sizeof(struct timeval)), which a struct timespec takes, too. */
const TIMESTAMP_BYTES = 32;
/** The credentials of a message that was sent while nobody asked: the overflow uid and gid. */
const UNKNOWN: Credentials = { pid: 0, uid: 65_534, gid: 65_534 };
/** What Linux says of the end of a stream: nothing was filled in. */
const NOBODY: Credentials = { pid: 0, uid: 0, gid: 0 };

const NO_CONTROL: readonly ControlMessage[] = [];

/** A control buffer that holds whatever can come. */
export const CONTROL_MAX_BYTES: number =
  TIMESTAMP_BYTES + CREDENTIALS_BYTES + HEADER_BYTES + RIGHTS_MAX * DESCRIPTOR_BYTES + 4;

/** What recvmsg(2) gives. */
export interface ReceivedMessage {
  readonly bytes: number;
  readonly source: SocketAddress | null;
  readonly flags: number;
  readonly rights: readonly number[];
  readonly credentials: Credentials | null;
  readonly control: readonly ControlMessage[];
}

/** Looks descriptors up and checks credentials. EBADF; EINVAL: too many; EPERM: not one's own; ESRCH: no such process. */
export function pack(
  process: Process,
  on: Socket,
  rights: readonly number[] | undefined,
  credentials: Credentials | undefined,
  control?: readonly ControlMessage[],
): { readonly ancillary: Ancillary | null } | Errno {
  if (control !== undefined && !isControl(control)) return "EINVAL";
  if (rights === undefined && credentials === undefined) {
    return { ancillary: control === undefined ? null : { credentials: null, rights: null, control } };
  }
  if (on.domain !== AF_UNIX) return "EINVAL";
  const refusal = credentials === undefined ? 0 : checkCredentials(process, credentials);
  if (refusal !== 0) return refusal;
  const files = openFiles(process, rights ?? []);
  if (typeof files === "string") return files;
  return {
    ancillary: {
      credentials: credentials === undefined ? null : { ...credentials },
      rights: files.length === 0 ? null : new Rights(files),
      ...(control === undefined ? {} : { control }),
    },
  };
}

/** Gives a received message to a process: installs descriptors as far as there is room for them. */
export function unpack(
  process: Process,
  on: Socket,
  received: Received,
  controlBytes: number,
  flags: number,
): ReceivedMessage {
  const { bytes, source, ancillary } = received;
  let messageFlags = received.flags | (flags & MSG_CMSG_CLOEXEC);
  let space = controlBytes;
  let credentials: Credentials | null = null;
  let control = ancillary?.control ?? NO_CONTROL;
  if (source !== null && wantsTime(on)) {
    if (space >= TIMESTAMP_BYTES) control = [...control, timeOf(process, on, ancillary)];
    else messageFlags |= MSG_CTRUNC;
    space = Math.max(0, space - TIMESTAMP_BYTES);
  }
  // As on Linux: the end of a stream comes from nobody known, the end of a seqpacket connection from nobody at all.
  if (on.passCredentials && (source !== null || on.type === SOCK_STREAM)) {
    if (space >= CREDENTIALS_BYTES - DESCRIPTOR_BYTES)
      credentials = source === null ? NOBODY : (ancillary?.credentials ?? UNKNOWN);
    else messageFlags |= MSG_CTRUNC;
    space = Math.max(0, space - CREDENTIALS_BYTES);
  }
  const files = ancillary?.rights?.take() ?? [];
  const roomFor = Math.max(0, Math.floor((space - HEADER_BYTES) / DESCRIPTOR_BYTES));
  const rights = install(process, files, roomFor, (flags & MSG_CMSG_CLOEXEC) !== 0);
  if (rights.length < files.length) messageFlags |= MSG_CTRUNC;
  return { bytes, source, flags: messageFlags, rights, credentials, control };
}

/** As on Linux, streams tell no times; protocols of the network add theirs to `control`. */
function wantsTime({ domain, type, options }: Socket): boolean {
  return options.timestamp !== "none" && domain === AF_UNIX && type !== SOCK_STREAM;
}

/** When the message was sent; one that came before anybody asked, when it is received. */
function timeOf({ kernel, runState }: Process, on: Socket, ancillary: Ancillary | null): ControlMessage {
  const timeNs = ancillary?.timeNs ?? runState.scheduler.nowNs;
  return timestampMessage(kernel.clock, timeNs, on.options.timestamp === "nanoseconds");
}

/** The process has the references of the files from here on: in its table, or given back. */
function install(
  process: Process,
  files: readonly OpenFile[],
  countMax: number,
  closeOnExec: boolean,
): readonly number[] {
  const rights: number[] = [];
  for (const file of files.slice(0, countMax)) {
    const fd = process.descriptors.install(file, closeOnExec);
    if (typeof fd === "string") break;
    rights.push(fd);
  }
  for (const file of files) file.unreference();
  return rights;
}

function isControl(control: unknown): control is readonly ControlMessage[] {
  const isSound = (one: ControlMessage | null) =>
    Number.isInteger(one?.level) && Number.isInteger(one?.type) && isOptionValue(one?.value);
  return Array.isArray(control) && control.every(isSound);
}

function openFiles(process: Process, rights: readonly number[]): readonly OpenFile[] | Errno {
  if (!Array.isArray(rights) || rights.length > RIGHTS_MAX) return "EINVAL";
  const files: OpenFile[] = [];
  for (const fd of rights) {
    const file = process.descriptors.get(fd);
    if (file === undefined) return "EBADF";
    files.push(file);
  }
  return files;
}

/** As scm_check_creds on Linux: only root may say that it is somebody else. */
function checkCredentials(process: Process, { pid, uid, gid }: Credentials): 0 | Errno {
  if (![pid, uid, gid].every(Number.isInteger)) return "EINVAL";
  if (process.uid !== 0 && (pid !== process.pid || uid !== process.uid || gid !== process.gid)) return "EPERM";
  return pid === process.pid || process.kernel.processes.get(pid) !== undefined ? 0 : "ESRCH";
}
