/** Scenes about locks. Read first: flock(2), fcntl(2) "Advisory record locking". */
import {
  F_RDLCK,
  F_UNLCK,
  F_WRLCK,
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  LOCK_UN,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  SIGKILL,
  SIGUSR1,
} from "netloom";
import { close, dup } from "../calls/descriptors.ts";
import { open } from "../calls/files.ts";
import { flock, lock } from "../calls/locks.ts";
import { exit, fork } from "../calls/processes.ts";
import { kill, sigaction } from "../calls/signals.ts";
import { ends, p0, p1, p2, type Suite, scene, waits } from "../scene.ts";

const write = (start: number, length: number) => ({ type: F_WRLCK, start, length });
const read = (start: number, length: number) => ({ type: F_RDLCK, start, length });
const none = (start: number, length: number) => ({ type: F_UNLCK, start, length });
const create = p0(open("a", O_RDWR | O_CREAT, 0o600), "3");
const two = [create, p0(fork(1), "p1"), p1(open("a", O_RDWR), "4")];

export const locks: Suite = {
  subject: "locks",
  scenes: [
    scene("flock: one writer or many readers, by description", [
      ...two,
      p0(flock(3, LOCK_SH), "0"),
      p1(flock(4, LOCK_SH), "0"),
      p1(flock(4, LOCK_EX | LOCK_NB), "EAGAIN"),
      p0(flock(3, LOCK_UN), "0"),
      p1(flock(4, LOCK_EX | LOCK_NB), "0"),
      p0(flock(3, LOCK_SH | LOCK_NB), "EAGAIN"),
    ]),
    scene("flock: a description is shared by fork and dup, and so is its lock", [
      create,
      p0(flock(3, LOCK_EX), "0"),
      p0(fork(1), "p1"),
      p1(flock(3, LOCK_EX | LOCK_NB), "0"),
      p1(dup(3), "4"),
      p1(close(3), "0"),
      p1(open("a", O_RDWR), "3"),
      p1(flock(3, LOCK_SH | LOCK_NB), "EAGAIN"),
      p1(flock(4, LOCK_UN), "0"),
      p1(flock(3, LOCK_SH | LOCK_NB), "0"),
    ]),
    scene("flock: who waits keeps what it has to convert, until the lock that it waits for has gone", [
      create,
      p0(open("a", O_RDWR), "4"),
      p0(fork(1), "p1"),
      p0(fork(2), "p2"),
      p2(lock(3, "F_SETLK", read(0, 0)), "0"),
      p0(flock(3, LOCK_SH), "0"),
      p1(flock(4, LOCK_EX), waits),
      p0(flock(4, LOCK_SH), "0"),
      p2(exit(0), ends),
      p0(flock(3, LOCK_EX), waits, { p1: "0" }),
    ]),
    scene("flock: who waits has it when the last descriptor is closed", [
      create,
      p0(fork(1), "p1"),
      p1(close(3), "0"),
      p1(open("a", O_RDONLY), "3"),
      p0(flock(3, LOCK_EX), "0"),
      p1(flock(3, LOCK_EX), waits),
      p0(close(3), "0", { p1: "0" }),
    ]),
    scene("record locks: ranges that overlap are in each other's way", [
      ...two,
      p0(lock(3, "F_SETLK", write(0, 10)), "0"),
      p1(lock(4, "F_SETLK", write(5, 10)), "EAGAIN"),
      p1(lock(4, "F_SETLK", write(10, 10)), "0"),
      p0(lock(3, "F_GETLK", read(0, 100)), `type ${F_WRLCK} at 10 for 10 of p1`),
      p1(lock(4, "F_GETLK", read(50, 1)), "nothing in the way"),
    ]),
    scene("record locks: a part that is given back lets others in", [
      ...two,
      p0(lock(3, "F_SETLK", write(0, 0)), "0"),
      p1(lock(4, "F_SETLKW", read(20, 5)), waits),
      p0(lock(3, "F_SETLK", none(0, 10)), "0"),
      p0(lock(3, "F_SETLK", none(20, 5)), "0", { p1: "0" }),
      p1(lock(4, "F_GETLK", write(0, 0)), `type ${F_WRLCK} at 10 for 10 of p0`),
    ]),
    scene("record locks: they are the process's, and any close() gives them back", [
      ...two,
      p0(open("a", O_RDONLY), "4"),
      p0(lock(3, "F_SETLK", write(0, 0)), "0"),
      p0(lock(4, "F_SETLK", write(0, 1)), "EBADF"),
      p1(lock(4, "F_SETLKW", write(0, 1)), waits),
      p0(close(4), "0", { p1: "0" }),
    ]),
    scene("record locks: not inherited by a child, and gone with their process", [
      create,
      p0(lock(3, "F_SETLK", write(0, 0)), "0"),
      p0(fork(1), "p1"),
      p0(fork(2), "p2"),
      p1(lock(3, "F_SETLK", write(0, 0)), "EAGAIN"),
      p1(lock(3, "F_SETLKW", write(0, 0)), waits),
      p2(kill("p0", SIGKILL), "0", { p0: ends, p1: "0" }),
    ]),
    scene("record locks: a circle is EDEADLK", [
      ...two,
      p0(lock(3, "F_SETLK", write(0, 1)), "0"),
      p1(lock(4, "F_SETLK", write(1, 1)), "0"),
      p0(lock(3, "F_SETLKW", write(1, 1)), waits),
      p1(lock(4, "F_SETLKW", write(0, 1)), "EDEADLK"),
      p1(lock(4, "F_SETLK", none(1, 1)), "0", { p0: "0" }),
    ]),
    scene("a handler interrupts who waits for a lock", [
      p0(sigaction(SIGUSR1, "handler"), "0"),
      ...two,
      p1(flock(4, LOCK_EX), "0"),
      p0(flock(3, LOCK_EX), waits),
      p1(kill("p0", SIGUSR1), "0", { p0: "EINTR" }),
      p1(lock(4, "F_SETLK", write(0, 0)), "0"),
      p0(lock(3, "F_SETLKW", write(0, 0)), waits),
      p1(kill("p0", SIGUSR1), "0", { p0: "EINTR" }),
    ]),
    scene("odd ones: descriptors without access, unknown kinds, ranges before the beginning", [
      p0(open("a", O_CREAT | 3, 0o600), "3"),
      p0(flock(3, LOCK_EX), "EBADF"),
      p0(flock(3, LOCK_UN), "0"),
      p0(flock(3, 0), "EINVAL"),
      p0(lock(9, "F_GETLK", none(0, 0)), "EBADF"),
      p0(open("a", O_RDWR), "4"),
      p0(lock(4, "F_GETLK", none(0, 0)), "EINVAL"),
      p0(lock(4, "F_SETLK", write(-1, 1)), "EINVAL"),
    ]),
  ],
};
