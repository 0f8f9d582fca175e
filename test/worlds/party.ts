/**
 * One side of a connection in a random world: it sends bytes that tell where they stand, reads those of the other side, and
 * ends as it was told. What it saw is kept for check.ts.
 */
import {
  IPPROTO_TCP,
  MSG_NOSIGNAL,
  MSG_OOB,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_OOBINLINE,
  SO_RCVBUF,
  SO_SNDBUF,
  SOL_SOCKET,
  type Sys,
  TCP_KEEPCNT,
  TCP_KEEPIDLE,
  TCP_KEEPINTVL,
  TCP_NODELAY,
} from "netloom";
import type { Side } from "./world-case.ts";

/** What became of one side. */
export class Account {
  readonly side: Side;
  /** Which bytes it sends: those of the pattern from here on. */
  readonly from: number;
  /** The kernel has taken so many. */
  written = 0;
  received = 0;
  /** From somewhere behind this byte on it was not what was sent. */
  garbled = -1;
  hasEof = false;
  /** Its stream was ended by a FIN behind all that it has sent. */
  hasEnded = false;
  /** It has done something after which it can't complain. */
  hasGivenUp = false;
  /** Another connection with the same four-tuple has come to the server: a SYN cookie that came back twice. */
  isHaunted = false;
  readonly errors: string[] = [];
  isConnected = false;
  isDone = false;

  constructor(side: Side, from: number) {
    this.side = side;
    this.from = from;
  }
}

/** The bytes of all streams, by their places. */
const PATTERN: Buffer = Buffer.from(Uint8Array.from({ length: 150_000 }, (_, at) => (at * 31) ^ (at >>> 8)));

/** What is set before connect(2); a listener hands most of it on, so there it is set after accept(2). */
export function prepare(sys: Sys, fd: number, side: Side): void {
  if (side.receiveBuffer > 0) sys.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, side.receiveBuffer);
  if (side.sendBuffer > 0) sys.setsockopt(fd, SOL_SOCKET, SO_SNDBUF, side.sendBuffer);
  if (side.noDelay) sys.setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  sys.setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, 1);
  if (!side.keepAlive) return;
  sys.setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  sys.setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, 20);
  sys.setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, 5);
  sys.setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, 4);
}

/** Talks until it has ended. `other` is where the other side's bytes begin. */
export async function talk(sys: Sys, fd: number, account: Account, other: number): Promise<void> {
  const { side } = account;
  account.isConnected = true;
  const timer = atMoment(sys, fd, account);
  if (side.ending === "answers") {
    await readAll(sys, fd, account, other);
    await writeAll(sys, fd, account);
  } else {
    const reading = readAll(sys, fd, account, other);
    await writeAll(sys, fd, account);
    if (side.ending === "resets") sys.setsockopt(fd, SOL_SOCKET, SO_LINGER, { onoff: 1, linger: 0 });
    if (side.ending === "graceful") await attempt(account, () => sys.shutdown(fd, SHUT_WR));
    // Whoever reads in another thread has to be woken before close(2).
    if (side.ending === "closes" || side.ending === "resets") {
      account.hasGivenUp = true;
      await attempt(account, () => sys.shutdown(fd, SHUT_RD));
    }
    await reading;
  }
  await timer;
  sys.close(fd);
  account.hasEnded = side.ending !== "resets";
  account.isDone = true;
}

async function atMoment(sys: Sys, fd: number, account: Account): Promise<void> {
  const { ending, afterMs } = account.side;
  if (ending !== "shuts-both" && ending !== "shuts-reading") return;
  await sys.sleep(afterMs / 1000);
  account.hasGivenUp = true;
  await attempt(account, () => sys.shutdown(fd, ending === "shuts-both" ? SHUT_RDWR : SHUT_RD));
}

async function writeAll(sys: Sys, fd: number, account: Account): Promise<void> {
  const { side, from } = account;
  const data = PATTERN.subarray(from, from + side.bytes);
  let count = 0;
  while (account.written < data.length) {
    const piece = data.subarray(account.written, account.written + side.writeBytes);
    count++;
    const isUrgent = side.urgentEvery > 0 && count % side.urgentEvery === 0;
    const written = await attempt(account, () => sys.send(fd, piece, MSG_NOSIGNAL | (isUrgent ? MSG_OOB : 0)));
    if (written === undefined) return;
    account.written += written;
  }
}

async function readAll(sys: Sys, fd: number, account: Account, other: number): Promise<void> {
  const { side } = account;
  const buffer = new Uint8Array(side.readBytes);
  for (;;) {
    const count = await attempt(account, () => sys.read(fd, buffer));
    if (count === undefined) return;
    if (count === 0) {
      account.hasEof = true;
      return;
    }
    const place = other + account.received;
    const isRight = PATTERN.compare(buffer, 0, count, place, place + count) === 0;
    if (!isRight && account.garbled < 0) account.garbled = account.received;
    account.received += count;
    if (side.readPauseMs > 0) await sys.sleep(side.readPauseMs / 1000);
  }
}

/** Notes an error. */
async function attempt<T>(account: Account, call: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === undefined) throw error;
    account.errors.push(code);
    return undefined;
  }
}
