/** Scenes about pipes. Read first: pipe(7). */
import { O_DIRECT, O_NONBLOCK, O_WRONLY, POLLERR, POLLHUP, POLLIN, POLLOUT, SIGPIPE } from "netloom";
import { close, dup, fcntl, pipe, pipe2, poll, read, write } from "../calls/descriptors.ts";
import { exit, fork, waitpid } from "../calls/processes.ts";
import { sigaction } from "../calls/signals.ts";
import { received } from "../memory.ts";
import { ends, p0, p1, p2, type Suite, scene, waits } from "../scene.ts";

const CAPACITY = 65_536;
const bytes = (length: number): { readonly length: number; readonly seed: number } => ({ length, seed: 1 });
const begin = [p0(pipe(), "[3, 4]"), p0(fork(1), "p1")];

export const pipes: Suite = {
  subject: "pipes",
  scenes: [
    scene("a reader waits until somebody writes", [
      ...begin,
      p0(read(3, 50), waits),
      p1(write(4, "hello"), "5", { p0: '5 bytes "hello"' }),
    ]),
    scene("a reader gets what is there, and no more than it asks for", [
      ...begin,
      p1(write(4, "one"), "3"),
      p1(write(4, "two"), "3"),
      p0(read(3, 4), '4 bytes "onet"'),
      p0(read(3, 4), '2 bytes "wo"'),
    ]),
    scene("there is no end-of-file while anybody holds the write end, the reader himself included", [
      ...begin,
      p1(exit(0), ends),
      p0(fcntl(4, "F_SETFL", O_NONBLOCK), "0"),
      p0(fcntl(3, "F_SETFL", O_NONBLOCK), "0"),
      p0(read(3, 1), "EAGAIN"),
      p0(close(4), "0"),
      p0(read(3, 1), "0 bytes"),
    ]),
    scene("the last writer's end gives end-of-file to a reader who waits", [
      ...begin,
      p0(close(4), "0"),
      p0(read(3, 10), waits),
      p1(exit(0), ends, { p0: "0 bytes" }),
      p0(waitpid(-1), "p1 status 0x0"),
    ]),
    scene("a writer waits while the pipe is full, until a page is free", [
      ...begin,
      p0(write(4, bytes(CAPACITY)), "65536"),
      p0(write(4, "x"), waits),
      p1(read(3, 10), received(bytes(CAPACITY), 0, 10)),
      p1(read(3, 4086), received(bytes(CAPACITY), 10, 4096), { p0: "1" }),
    ]),
    scene("a write of up to 4096 bytes is atomic: with O_NONBLOCK all of it or nothing", [
      p0(pipe2(O_NONBLOCK), "[3, 4]"),
      p0(write(4, bytes(CAPACITY - 4096)), "61440"),
      p0(write(4, "x"), "1"),
      p0(write(4, bytes(4096)), "EAGAIN"),
      p0(write(4, bytes(5000)), "904"),
    ]),
    scene("two writers who wait take turns with whole messages", [
      ...begin,
      p0(fork(2), "p2"),
      p0(write(4, bytes(CAPACITY)), "65536"),
      p0(write(4, "first"), waits),
      p1(write(4, "second"), waits),
      p2(read(3, CAPACITY), received(bytes(CAPACITY)), { p0: "5", p1: "6" }),
      p2(read(3, 50), '11 bytes "firstsecond"'),
    ]),
    scene("writing without a reader is SIGPIPE, and EPIPE for who ignores it", [
      ...begin,
      p0(sigaction(SIGPIPE, "SIG_IGN"), "0"),
      p1(close(3), "0"),
      p0(close(3), "0"),
      p0(write(4, "x"), "EPIPE"),
      p1(write(4, "x"), ends),
      p0(waitpid("p1"), "p1 status 0xd"),
    ]),
    scene("a writer who waits is told when the last reader has gone", [
      ...begin,
      p0(sigaction(SIGPIPE, "SIG_IGN"), "0"),
      p0(close(3), "0"),
      p0(write(4, bytes(CAPACITY)), "65536"),
      p0(write(4, "x"), waits),
      p1(close(3), "0", { p0: "EPIPE" }),
    ]),
    scene("poll tells a reader of bytes and of the end, and a writer of room and of nobody", [
      p0(pipe(), "[3, 4]"),
      p0(poll([{ fd: 3, events: POLLIN }], 0), "0 ready: 0"),
      p0(write(4, bytes(CAPACITY)), "65536"),
      p0(poll([{ fd: 3, events: POLLIN }], 0), `1 ready: ${POLLIN}`),
      p0(poll([{ fd: 4, events: POLLOUT }], 0), "0 ready: 0"),
      p0(dup(3), "5"),
      p0(close(3), "0"),
      p0(close(5), "0"),
      p0(poll([{ fd: 4, events: POLLOUT }], 0), `1 ready: ${POLLERR}`),
    ]),
    scene("poll waits for the end of the writers", [
      ...begin,
      p0(close(4), "0"),
      p0(poll([{ fd: 3, events: POLLIN }], -1), waits),
      p1(close(4), "0", { p0: `1 ready: ${POLLHUP}` }),
    ]),
    scene("a pipe holds sixteen pages, and shrinks to what it holds", [
      p0(pipe(), "[3, 4]"),
      p0(fcntl(3, "F_GETPIPE_SZ"), String(CAPACITY)),
      p0(fcntl(3, "F_SETPIPE_SZ", 4097), "8192"),
      p0(write(4, bytes(5000)), "5000"),
      p0(fcntl(4, "F_SETPIPE_SZ", 4096), "EBUSY"),
      p0(fcntl(4, "F_SETPIPE_SZ", 100_000), "131072"),
    ]),
    scene("a writer who is woken by a new size, and finds no room, waits behind the others", [
      ...begin,
      p1(fork(2), "p2"),
      p0(write(4, bytes(CAPACITY)), "65536"),
      p0(write(4, "first"), waits),
      p1(write(4, "second"), waits),
      p2(fcntl(3, "F_SETPIPE_SZ", CAPACITY), "65536"),
      p2(read(3, CAPACITY), received(bytes(CAPACITY)), { p0: "5", p1: "6" }),
      p2(read(3, 50), '11 bytes "secondfirst"'),
    ]),
    scene("in packet mode each write is a packet, and a read gives one, or what it has room for of one", [
      p0(pipe2(O_DIRECT), "[3, 4]"),
      p0(fcntl(4, "F_GETFL"), String(O_WRONLY | O_DIRECT)),
      p0(write(4, "one"), "3"),
      p0(write(4, "second"), "6"),
      p0(write(4, bytes(4096)), "4096"),
      p0(read(3, 50), '3 bytes "one"'),
      p0(read(3, 3), '3 bytes "sec"'),
      p0(read(3, 10_000), received(bytes(4096))),
      p0(fcntl(4, "F_SETFL", 0), "0"),
      p0(write(4, "plain"), "5"),
      p0(write(4, "stream"), "6"),
      p0(read(3, 50), '11 bytes "plainstream"'),
    ]),
    scene("ends are for one direction", [
      p0(pipe(), "[3, 4]"),
      p0(read(4, 1), "EBADF"),
      p0(write(3, "x"), "EBADF"),
      p0(write(9, "x"), "EBADF"),
    ]),
    scene("a grandchild keeps a pipe open", [
      ...begin,
      p1(fork(2), "p2"),
      p0(close(4), "0"),
      p1(exit(3), ends),
      p0(waitpid(-1), "p1 status 0x300"),
      p0(read(3, 10), waits),
      p2(write(4, "orphan"), "6", { p0: '6 bytes "orphan"' }),
    ]),
  ],
};
