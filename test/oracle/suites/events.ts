/** Scenes about waiting for many: poll(2), epoll(7), eventfd(2). */
import {
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLLET,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLOUT,
  O_NONBLOCK,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  SIGCONT,
  SIGSTOP,
} from "netloom";
import { close, dup, pipe, poll, read, write } from "../calls/descriptors.ts";
import { add, epollCreate1, epollCtl, epollWait, eventfd, take } from "../calls/events.ts";
import { fork } from "../calls/processes.ts";
import { kill } from "../calls/signals.ts";
import { goesOn, p0, p1, type Suite, scene, stops, waits } from "../scene.ts";

const ET_IN = (EPOLLET | EPOLLIN) >>> 0;
const begin = [p0(epollCreate1(), "3"), p0(pipe(), "[4, 5]"), p0(fork(1), "p1")];

export const events: Suite = {
  subject: "poll, epoll and eventfd",
  scenes: [
    scene("poll tells of each descriptor, also of those that are none", [
      p0(pipe(), "[3, 4]"),
      p0(
        poll(
          [
            { fd: 3, events: POLLIN },
            { fd: 4, events: POLLOUT },
            { fd: 9, events: POLLIN },
            { fd: -1, events: POLLIN },
          ],
          0,
        ),
        `2 ready: 0, ${POLLOUT}, ${POLLNVAL}, 0`,
      ),
    ]),
    scene("epoll waits until what it watches is ready, and tells as long as it is", [
      ...begin,
      p0(epollCtl(3, EPOLL_CTL_ADD, 4, EPOLLIN), "0"),
      p0(epollWait(3, 8, 0), "0 ready: "),
      p0(epollWait(3, 8, -1), waits),
      p1(write(5, "x"), "1", { p0: "1 ready: 4 0x1" }),
      p0(epollWait(3, 8, -1), "1 ready: 4 0x1"),
      p0(read(4, 50), '1 bytes "x"'),
      p0(epollWait(3, 8, 0), "0 ready: "),
    ]),
    scene("edge-triggered: told once for each thing that happens", [
      ...begin,
      p0(epollCtl(3, EPOLL_CTL_ADD, 4, ET_IN), "0"),
      p1(write(5, "x"), "1"),
      p0(epollWait(3, 8, 0), "1 ready: 4 0x1"),
      p0(epollWait(3, 8, 0), "0 ready: "),
      p1(write(5, "y"), "1"),
      p0(epollWait(3, 8, 0), "1 ready: 4 0x1"),
    ]),
    scene("edge-triggered: a writer who waits makes no edge where there are bytes already", [
      ...begin,
      p0(epollCtl(3, EPOLL_CTL_ADD, 4, ET_IN), "0"),
      p1(write(5, "x"), "1"),
      p0(epollWait(3, 8, 0), "1 ready: 4 0x1"),
      p1(write(5, { length: 70_000, seed: 1 }), waits),
      p0(epollWait(3, 8, 0), "0 ready: "),
    ]),
    scene("one-shot: told once, until it is armed again", [
      ...begin,
      p0(epollCtl(3, EPOLL_CTL_ADD, 4, EPOLLIN | EPOLLONESHOT), "0"),
      p1(write(5, "x"), "1"),
      p0(epollWait(3, 8, 0), "1 ready: 4 0x1"),
      p0(epollWait(3, 8, 0), "0 ready: "),
      p0(epollCtl(3, EPOLL_CTL_MOD, 4, EPOLLIN | EPOLLONESHOT), "0"),
      p0(epollWait(3, 8, 0), "1 ready: 4 0x1"),
    ]),
    scene("what is watched twice, or not at all, or can't be", [
      ...begin,
      p0(epollCtl(3, EPOLL_CTL_ADD, 4, EPOLLIN), "0"),
      p0(epollCtl(3, EPOLL_CTL_ADD, 4, EPOLLIN), "EEXIST"),
      p0(epollCtl(3, EPOLL_CTL_DEL, 5), "ENOENT"),
      p0(epollCtl(3, EPOLL_CTL_ADD, 3, EPOLLIN), "EINVAL"),
      p0(epollCtl(3, EPOLL_CTL_ADD, 0, EPOLLIN), "EPERM"),
      p0(epollCtl(3, EPOLL_CTL_ADD, 99, EPOLLIN), "EBADF"),
      p0(epollCtl(4, EPOLL_CTL_ADD, 5, EPOLLOUT), "EINVAL"),
      p0(epollWait(3, 0, 0), "EINVAL"),
    ]),
    scene("a watch lives as long as the description, not the descriptor", [
      p0(epollCreate1(), "3"),
      p0(pipe(), "[4, 5]"),
      p0(epollCtl(3, EPOLL_CTL_ADD, 4, EPOLLIN), "0"),
      p0(dup(4), "6"),
      p0(close(4), "0"),
      p0(write(5, "x"), "1"),
      p0(epollWait(3, 8, 0), "1 ready: 4 0x1"),
      p0(close(6), "0"),
      p0(epollWait(3, 8, 0), "0 ready: "),
    ]),
    scene("an instance can be watched by another", [
      p0(epollCreate1(), "3"),
      p0(epollCreate1(), "4"),
      p0(eventfd(1), "5"),
      p0(epollCtl(3, EPOLL_CTL_ADD, 4, EPOLLIN), "0"),
      p0(epollWait(3, 8, 0), "0 ready: "),
      p0(epollCtl(4, EPOLL_CTL_ADD, 5, EPOLLIN), "0"),
      p0(epollWait(3, 8, 0), "1 ready: 4 0x1"),
      p0(epollCtl(4, EPOLL_CTL_ADD, 3, EPOLLIN), "ELOOP"),
    ]),
    scene("a stop interrupts epoll_wait", [
      ...begin,
      p0(epollWait(3, 8, -1), waits),
      p1(kill("p0", SIGSTOP), "0", { p0: stops }),
      p1(kill("p0", SIGCONT), "0", { p0: [goesOn, "EINTR"] }),
    ]),
    scene("an eventfd is a counter: a read takes it all, and waits for something", [
      p0(eventfd(3), "3"),
      p0(fork(1), "p1"),
      p0(take(3), "8 bytes of value 3"),
      p0(take(3), waits),
      p1(add(3, 5), "8", { p0: "8 bytes of value 5" }),
      p0(read(3, 7), "EINVAL"),
      p0(add(3, -1), "EINVAL"),
    ]),
    scene("an eventfd that counts as a semaphore gives one at a time; a full one makes writers wait", [
      p0(eventfd(2, 1 | O_NONBLOCK), "3"),
      p0(take(3), "8 bytes of value 1"),
      p0(take(3), "8 bytes of value 1"),
      p0(take(3), "EAGAIN"),
      p0(eventfd(0), "4"),
      p0(fork(1), "p1"),
      p0(add(4, -2), "8"),
      p0(add(4, 1), waits),
      p1(take(4), "8 bytes of value 18446744073709551614", { p0: "8" }),
    ]),
  ],
};
