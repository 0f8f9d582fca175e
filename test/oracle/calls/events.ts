/** Calls that wait for many, and descriptors made for it: epoll(7), eventfd(2). Words first, then rows. */
import fc from "fast-check";
import * as netloom from "netloom";
import { hex, unhex } from "../memory.ts";
import { type Call, choice, plainRow, type Row, row, rowOn } from "../row.ts";
import type { Wish } from "../view.ts";
import { SYS } from "./numbers.ts";

const { EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD, EPOLLET, EPOLLIN, EPOLLONESHOT, EPOLLOUT } = netloom;

export const epollCreate1 = (flags: number = 0): Call => ({
  text: `epoll_create1(${flags})`,
  sysText: `epollCreate1(${flags})`,
  linux: [SYS.epoll_create1, flags],
  netloom: (sys) => sys.epollCreate1(flags),
});

/** With the descriptor as what is given back. */
export const epollCtl = (epfd: number, operation: number, fd: number, events: number = 0): Call => ({
  text: `epoll_ctl(${epfd}, ${operation}, ${fd}, &(struct epoll_event){ 0x${events.toString(16)}, ${fd} })`,
  sysText: `epollCtl(${epfd}, ${operation}, ${fd}, { events: 0x${events.toString(16)} })`,
  linux: [SYS.epoll_ctl, epfd, operation, fd, hex([4, 8], [events, fd])],
  netloom: (sys) => sys.epollCtl(epfd, operation, fd, { events, data: fd }),
});

export const epollWait = (epfd: number, eventsMax: number, timeoutMs: number): Call => ({
  text: `epoll_wait(${epfd}, events, ${eventsMax}, ${timeoutMs})`,
  sysText: `epollWait(${epfd}, ${eventsMax}, ${timeoutMs})`,
  linux: [SYS.epoll_wait, epfd, `x${"00".repeat(12 * Math.max(0, eventsMax))}`, eventsMax, timeoutMs],
  netloom: async (sys) => eventsText(await sys.epollWait(epfd, eventsMax, timeoutMs)),
  outcome: ({ result, memory }) => {
    const bytes = unhex(memory[0]);
    const at = (index: number) => ({ events: bytes.readUInt32LE(12 * index), data: bytes.readInt32LE(12 * index + 4) });
    return eventsText(Array.from({ length: result }, (_, index) => at(index)));
  },
});

const eventsText = (events: readonly { readonly events: number; readonly data: number }[]): string =>
  `${events.length} ready: ${events.map(({ events: bits, data }) => `${data} 0x${bits.toString(16)}`).join(", ")}`;

export const eventfd = (initial: number, flags: number = 0): Call => ({
  text: `eventfd(${initial}, ${flags})`,
  linux: [SYS.eventfd2, initial, flags],
  netloom: (sys) => sys.eventfd(initial, flags),
});

/** write(2) of eight bytes, as an eventfd takes them. */
export const add = (fd: number, value: number): Call => ({
  text: `write(${fd}, &(uint64_t){${value}}, 8)`,
  sysText: `write(${fd}, uint64(${value}))`,
  linux: [SYS.write, fd, hex([8], [value]), 8],
  netloom: (sys) => sys.write(fd, unhex(hex([8], [value]).slice(1))),
});

/** read(2) of eight bytes, as an eventfd gives them. */
export const take = (fd: number): Call => ({
  text: `read(${fd}, &value, 8)`,
  sysText: `read(${fd}, new Uint8Array(8))`,
  linux: [SYS.read, fd, hex([8], [0]), 8],
  netloom: async (sys) => {
    const buffer = Buffer.alloc(8);
    return valueText(await sys.read(fd, buffer), buffer);
  },
  outcome: ({ result, memory }) => valueText(result, unhex(memory[0])),
});

const valueText = (count: number, bytes: Buffer): string => `${count} bytes of value ${bytes.readBigUInt64LE(0)}`;

// ---- rows ----

const ofName =
  (start: string): Wish =>
  ({ ops }) =>
    ops.describe().name.startsWith(start);
const anEpoll = ofName("[eventpoll");
const anEventfd = ofName("[eventfd");
const watchable: Wish = (file) => file.ops.pollable !== false && !anEpoll(file);
const isWriteEnd: Wish = (file) => file.ops.describe().type === "FIFO" && !file.readable;

const events = fc
  .tuple(
    fc.constantFrom(EPOLLIN, EPOLLIN, EPOLLOUT, EPOLLIN | EPOLLOUT, 0),
    fc.constantFrom(0, 0, 0, EPOLLET, EPOLLONESHOT),
  )
  .map(([bits, mode]) => (bits | mode) >>> 0);
const operation = fc.constantFrom(EPOLL_CTL_ADD, EPOLL_CTL_ADD, EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLL_CTL_DEL, 9);
const timeout = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(-1) });
const values = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(0, 1, 1, 2, 5) },
  { weight: 1, arbitrary: fc.constant(-2) },
);
const EFD_SEMAPHORE = 1;

/** An epoll instance. */
const epollRow: Row = row("epoll_create1", 1, fc.constantFrom(0, 0, netloom.EPOLL_CLOEXEC, 1), epollCreate1);
export const plainEpollRow: Row = plainRow("epoll_create1", 1, () => epollCreate1());
export const eventfdRow: Row = row(
  "eventfd",
  2,
  fc.tuple(fc.constantFrom(0, 0, 1, 3), fc.constantFrom(0, 0, EFD_SEMAPHORE, netloom.O_NONBLOCK, 2)),
  (args) => eventfd(...args),
);
export const epollCtlRow: Row = rowOn(
  anEpoll,
  "epoll_ctl",
  14,
  fc.tuple(choice, operation, choice, events),
  (args, view) => {
    const [epfd, what, chosen, bits] = args;
    const fd = view.fd(chosen, watchable);
    const file = view.file(fd);
    // COMPATIBILITY, "Edges on a pipe".
    const isOdd = file !== undefined && isWriteEnd(file) && (bits & EPOLLIN) !== 0;
    return epollCtl(view.fd(epfd, anEpoll), what, fd, isOdd ? EPOLLOUT : bits);
  },
);

export const eventRows: readonly Row[] = [
  epollRow,
  eventfdRow,
  epollCtlRow,
  rowOn(anEpoll, "epoll_wait", 16, fc.tuple(choice, fc.constantFrom(1, 2, 8, 8, 8, 0), timeout), (args, view) => {
    const [chosen, max, ms] = args;
    const fd = view.fd(chosen, anEpoll);
    // Which of two errors comes first has changed from Linux to Linux.
    return epollWait(fd, view.file(fd) === undefined ? 8 : max, ms);
  }),
  rowOn(anEventfd, "write 8", 6, fc.tuple(choice, values), ([fd, value], view) => add(view.fd(fd, anEventfd), value)),
  rowOn(anEventfd, "read 8", 6, choice, (fd, view) => take(view.fd(fd, anEventfd))),
];
