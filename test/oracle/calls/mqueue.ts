/** Calls on POSIX message queues, by the kernel's own calls, whose names have no slash. Words first, then rows. */
import fc from "fast-check";
import * as netloom from "netloom";
import {
  cString,
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
import { type Call, choice, type Row, row, rowOn } from "../row.ts";
import type { Wish } from "../view.ts";
import { SYS } from "./numbers.ts";

const { O_CREAT, O_EXCL, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY, SIGEV_NONE, SIGEV_SIGNAL, SIGUSR1 } = netloom;

/** Messages of one size: a queue of any shape has room for them, or none has. */
const MESSAGE_BYTES = 16;

/** struct mq_attr. */
const ATTRIBUTES = [8, 8, 8, 8, 8, 8, 8, 8];

export const mqOpen = (name: string, flags: number, maxmsg: number, msgsize: number = MESSAGE_BYTES): Call => ({
  text: `mq_open("${name}", ${flags}, 0600, { .mq_maxmsg = ${maxmsg}, .mq_msgsize = ${msgsize} })`,
  sysText: `mqOpen("/${name}", ${flags}, 0o600, { maxmsg: ${maxmsg}, msgsize: ${msgsize} })`,
  linux: [SYS.mq_open, cString(name), flags, 0o600, hex(ATTRIBUTES, [0, maxmsg, msgsize])],
  netloom: (sys) => sys.mqOpen(`/${name}`, flags, 0o600, { maxmsg, msgsize }),
});

export const mqUnlink = (name: string): Call => ({
  text: `mq_unlink("${name}")`,
  sysText: `mqUnlink("/${name}")`,
  linux: [SYS.mq_unlink, cString(name)],
  netloom: (sys) => sys.mqUnlink(`/${name}`),
});

/** A deadline: none, long ago, or what is no time. */
export type Deadline = "none" | "past" | "invalid";
const TIMES = {
  past: { seconds: 1, nanoseconds: 0 },
  invalid: { seconds: 0, nanoseconds: 1e9 },
} as const;

const timeArgument = (deadline: Deadline): string | number => {
  if (deadline === "none") return 0;
  const { seconds, nanoseconds } = TIMES[deadline];
  return hex([8, 8], [seconds, nanoseconds]);
};

export const mqSend = (mqd: number, data: Data, priority: number, deadline: Deadline = "none"): Call => ({
  text: `mq_timedsend(${mqd}, ${dataText(data)}, ${priority}, ${deadline})`,
  sysText: `mqTimedsend(${mqd}, ${dataSysText(data)}, ${priority}, ${deadline})`,
  linux: [SYS.mq_timedsend, mqd, dataArgument(data), data.length, priority, timeArgument(deadline)],
  netloom: (sys) =>
    deadline === "none"
      ? sys.mqSend(mqd, dataBytes(data), priority)
      : sys.mqTimedsend(mqd, dataBytes(data), priority, TIMES[deadline]),
});

export const mqReceive = (mqd: number, length: number, deadline: Deadline = "none"): Call => ({
  text: `mq_timedreceive(${mqd}, buffer, ${length}, &priority, ${deadline})`,
  sysText: `mqTimedreceive(${mqd}, new Uint8Array(${length}), ${deadline})`,
  linux: [SYS.mq_timedreceive, mqd, room(length), length, "x00000000", timeArgument(deadline)],
  netloom: async (sys) => {
    const buffer = new Uint8Array(length);
    const receiving =
      deadline === "none" ? sys.mqReceive(mqd, buffer) : sys.mqTimedreceive(mqd, buffer, TIMES[deadline]);
    const { bytes, priority } = await receiving;
    return `${filled(bytes, buffer)} with priority ${priority}`;
  },
  outcome: ({ result, memory }) =>
    `${filledRoom(result, memory[0], length)} with priority ${unhex(memory[1]).readUInt32LE(0)}`,
});

/** By a signal, by nothing, or no more. */
export type Notice = "signal" | "none" | "no more" | "invalid";

export const mqNotify = (mqd: number, notice: Notice): Call => {
  const event = {
    notify: { signal: SIGEV_SIGNAL, none: SIGEV_NONE, "no more": 0, invalid: 7 }[notice],
    signo: SIGUSR1,
  };
  return {
    text: `mq_notify(${mqd}, ${notice})`,
    sysText: `mqNotify(${mqd}, ${notice})`,
    linux: [
      SYS.mq_notify,
      mqd,
      notice === "no more" ? 0 : hex([8, 4, 4, 8, 8, 8, 8, 8, 8], [0, event.signo, event.notify]),
    ],
    netloom: (sys) => sys.mqNotify(mqd, notice === "no more" ? null : event),
  };
};

/** Asks for the attributes, and with flags sets them. */
export const mqAttributes = (mqd: number, flags: number | null): Call => ({
  text: `mq_getsetattr(${mqd}, ${flags}, &old)`,
  sysText: flags === null ? `mqGetattr(${mqd})` : `mqSetattr(${mqd}, { flags: ${flags} })`,
  linux: [SYS.mq_getsetattr, mqd, flags === null ? 0 : hex(ATTRIBUTES, [flags]), hex(ATTRIBUTES, [])],
  netloom: (sys) => {
    const {
      flags: old,
      maxmsg,
      msgsize,
      curmsgs,
    } = flags === null ? sys.mqGetattr(mqd) : sys.mqSetattr(mqd, { flags });
    return [old, maxmsg, msgsize, curmsgs].join();
  },
  outcome: ({ memory }) => {
    const bytes = unhex(memory.at(-1));
    return [0, 8, 16, 24].map((at) => bytes.readBigInt64LE(at)).join();
  },
});

// ---- rows ----

const aQueue: Wish = ({ ops }) => ops.describe().name.startsWith("/dev/mqueue/");
const toReceive: Wish = (file) => aQueue(file) && file.readable;
const toSend: Wish = (file) => aQueue(file) && file.writable;

const name = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom("q", "q", "r") },
  fc.constantFrom("", "a/b", ".", "x".repeat(256)),
);
// Not 11: whether root may have more than 10 depends on the rights that it has been left.
const maxmsg = fc.oneof({ weight: 12, arbitrary: fc.constantFrom(1, 2, 2, 3) }, fc.constantFrom(0, -1, 70_000));
const msgsize = fc.oneof({ weight: 12, arbitrary: fc.constant(MESSAGE_BYTES) }, fc.constantFrom(0, 1, 20, 2 ** 25));
const flags = fc.tuple(
  fc.constantFrom(O_RDWR, O_RDWR, O_RDWR, O_RDWR, O_RDONLY, O_WRONLY, 3),
  fc.constantFrom(O_CREAT, O_CREAT, O_CREAT, O_CREAT | O_EXCL, 0),
  fc.constantFrom(0, 0, 0, 0, O_NONBLOCK),
);
const openArguments = fc.tuple(name, flags, maxmsg, msgsize);
const deadline = fc.oneof(
  { weight: 6, arbitrary: fc.constant("none" as const) },
  fc.constantFrom("past" as const, "invalid" as const),
);
const length = fc.constantFrom(0, 1, 5, 16, 16, 17);
const priority = fc.oneof({ weight: 15, arbitrary: fc.constantFrom(0, 0, 1, 5, 32_767) }, fc.constantFrom(32_768, -1));
const roomLength = fc.oneof({ weight: 12, arbitrary: fc.constantFrom(16, 20) }, fc.constantFrom(0, 15));

/** Opens a queue, which it makes. */
export const queueRow: Row = row("mq_open", 1, maxmsg, (messages) =>
  mqOpen("q", O_RDWR | O_CREAT, Math.min(Math.max(messages, 1), 3)),
);

export const mqueueRows: readonly Row[] = [
  row("mq_open", 6, openArguments, ([path, [access, creation, nonBlocking], messages, bytes]) =>
    mqOpen(path, access | creation | nonBlocking, messages, bytes),
  ),
  row("mq_unlink", 2, name, mqUnlink),
  rowOn(toSend, "mq_send", 22, fc.tuple(choice, length, priority, deadline), ([mqd, bytes, level, when], view) =>
    mqSend(view.fd(mqd, toSend), { length: bytes, seed: view.step }, level, when),
  ),
  rowOn(toReceive, "mq_receive", 18, fc.tuple(choice, roomLength, deadline), ([mqd, bytes, when], view) =>
    mqReceive(view.fd(mqd, toReceive), bytes, when),
  ),
  rowOn(
    aQueue,
    "mq_notify",
    6,
    fc.tuple(choice, fc.constantFrom<Notice>("signal", "signal", "signal", "none", "no more", "invalid")),
    ([mqd, notice], view) => mqNotify(view.fd(mqd, aQueue), notice),
  ),
  rowOn(
    aQueue,
    "mq_getsetattr",
    5,
    fc.tuple(choice, fc.constantFrom(null, null, 0, O_NONBLOCK, 1)),
    ([mqd, set], view) => mqAttributes(view.fd(mqd, aQueue), set),
  ),
];
