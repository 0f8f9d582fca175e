/** sendmsg(2) and recvmsg(2), with the descriptors and credentials that go with a message. Read first: cmsg(3), unix(7). */
import type * as netloom from "netloom";
import {
  type Data,
  dataArgument,
  dataBytes,
  dataSysText,
  dataText,
  filled,
  filledRoom,
  hex,
  room,
  unhex,
} from "../memory.ts";
import type { Call, WorkerOf } from "../row.ts";
import { ADDRESS_ROOM, addressText, cText, nameText, senderText, sockaddr, sysText } from "./address.ts";
import { SYS } from "./numbers.ts";
import { nameOf } from "./processes.ts";

const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const SCM_CREDENTIALS = 2;
/** Of a control message. */
const HEADER_BYTES = 16;
/** Behind the six arguments of a call there is memory to point to: these are its places. */
const [DATA, VECTOR, NAME, CONTROL] = [6, 7, 8, 9];
const NO_MORE_ARGUMENTS = [0, 0, 0] as const;

/** struct msghdr. */
function header(nameBytes: number, controlBytes: number): string {
  const fields = hex([8, 4, 4, 8, 8, 8, 8, 4, 4], [0, nameBytes, 0, 0, 1, 0, controlBytes, 0, 0]);
  const name = nameBytes === 0 ? "" : `@0=${NAME}`;
  const control = controlBytes === 0 ? "" : `@32=${CONTROL}`;
  return `${fields}${name}@16=${VECTOR}${control}`;
}

/** struct iovec. */
const vector = (length: number): string => `${hex([8, 8], [0, length])}@0=${DATA}`;

export interface Sending {
  readonly to?: netloom.Endpoint;
  readonly rights?: readonly number[];
}

export const sendmsg = (fd: number, data: Data, { to, rights }: Sending = {}, flags: number = 0): Call => {
  const [name, nameBytes] = to === undefined ? [hex([], []), 0] : sockaddr(to);
  const fds = rights ?? [];
  const length = HEADER_BYTES + 4 * fds.length;
  const control = hex(
    [8, 4, 4, ...fds.map(() => 4), ...(fds.length % 2 === 1 ? [4] : [])],
    [length, SOL_SOCKET, SCM_RIGHTS, ...fds],
  );
  const extra = [
    ...(to === undefined ? [] : [cText(to)]),
    ...(rights === undefined ? [] : [`SCM_RIGHTS {${fds.join(", ")}}`]),
  ];
  const sysExtra = [
    ...(to === undefined ? [] : [`address: ${sysText(to)}`]),
    ...(rights === undefined ? [] : [`rights: [${fds.join(", ")}]`]),
  ];
  return {
    text: `sendmsg(${fd}, { ${[dataText(data), ...extra].join(", ")} }, ${flags})`,
    sysText: `sendmsg(${fd}, { ${[`data: ${dataSysText(data)}`, ...sysExtra].join(", ")} }, ${flags})`,
    linux: [
      SYS.sendmsg,
      fd,
      header(nameBytes, rights === undefined ? 0 : (length + 7) & ~7),
      flags,
      ...NO_MORE_ARGUMENTS,
      dataArgument(data),
      vector(data.length),
      name,
      control,
    ],
    netloom: (sys) => {
      const message = { data: dataBytes(data), ...(to && { address: to }), ...(rights && { rights }) };
      return sys.sendmsg(fd, message, flags);
    },
  };
};

export const recvmsg = (fd: number, count: number, flags: number = 0, controlBytes: number = 64): Call => ({
  text: `recvmsg(${fd}, { buffer, ${count}, .msg_controllen = ${controlBytes} }, ${flags})`,
  sysText: `recvmsg(${fd}, new Uint8Array(${count}), ${flags}, ${controlBytes})`,
  linux: [
    SYS.recvmsg,
    fd,
    header(112, controlBytes),
    flags,
    ...NO_MORE_ARGUMENTS,
    room(count),
    vector(count),
    ADDRESS_ROOM,
    `x${"00".repeat(controlBytes)}`,
  ],
  netloom: async (sys, oracle) => {
    const buffer = new Uint8Array(count);
    const {
      bytes,
      source,
      flags: messageFlags,
      rights,
      credentials,
    } = await sys.recvmsg(fd, buffer, flags, controlBytes);
    const who =
      credentials === null ? "" : credentialsText(oracle.workerOf(credentials.pid), credentials.uid, credentials.gid);
    return outcomeText(filled(bytes, buffer), nameText(source), messageFlags, rights, who);
  },
  outcome: ({ result, memory }, workerOf) => {
    const [head, data, , name, control] = memory;
    const fields = unhex(head);
    const { rights, who } = parseControl(unhex(control).subarray(0, Number(fields.readBigUInt64LE(40))), workerOf);
    const from = addressText(unhex(name), fields.readUInt32LE(8));
    return outcomeText(filledRoom(result, data, count), from, fields.readUInt32LE(48), rights, who);
  },
});

function parseControl(bytes: Buffer, workerOf: WorkerOf): { readonly rights: readonly number[]; readonly who: string } {
  const rights: number[] = [];
  let who = "";
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    const data = bytes.subarray(at + HEADER_BYTES, at + length);
    const type = bytes.readInt32LE(at + 12);
    if (type === SCM_RIGHTS) for (let i = 0; i + 4 <= data.length; i += 4) rights.push(data.readInt32LE(i));
    if (type === SCM_CREDENTIALS) {
      who = credentialsText(workerOf(data.readInt32LE(0)), data.readUInt32LE(4), data.readUInt32LE(8));
    }
    at += (length + 7) & ~7;
  }
  return { rights, who };
}

const credentialsText = (worker: number | undefined, uid: number, gid: number): string =>
  ` sent by ${nameOf(worker)} ${uid}:${gid}`;

function outcomeText(data: string, source: string, flags: number, rights: readonly number[], who: string): string {
  const fds = rights.length === 0 ? "" : ` with fds [${rights.join(", ")}]`;
  return `${data} from ${senderText(source)} flags 0x${flags.toString(16)}${fds}${who}`;
}
