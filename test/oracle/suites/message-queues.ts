/** Scenes about message queues, POSIX and System V. Read first: mq_overview(7), msgop(2). */
import {
  IPC_CREAT,
  IPC_NOWAIT,
  MSG_EXCEPT,
  MSG_NOERROR,
  O_CREAT,
  O_NONBLOCK,
  O_RDWR,
  SA_RESTART,
  SIGUSR1,
} from "netloom";
import { close } from "../calls/descriptors.ts";
import { mqAttributes, mqNotify, mqOpen, mqReceive, mqSend, mqUnlink } from "../calls/mqueue.ts";
import { exit, fork } from "../calls/processes.ts";
import { kill, sigaction } from "../calls/signals.ts";
import { msgget, msgRemove, msgrcv, msgSet, msgStat, msgsnd } from "../calls/sysv.ts";
import { received } from "../memory.ts";
import { ends, p0, p1, p2, type Suite, scene, waits } from "../scene.ts";

const bytes = (length: number): { readonly length: number; readonly seed: number } => ({ length, seed: 1 });
const posix = [p0(mqOpen("q", O_RDWR | O_CREAT, 2), "3"), p0(fork(1), "p1"), p0(fork(2), "p2")];
const sysv = [p0(msgget(1, IPC_CREAT | 0o600), "0"), p0(fork(1), "p1"), p0(fork(2), "p2")];
const got = (length: number, room: number): string => received(bytes(length), 0, length, room);

export const messageQueues: Suite = {
  subject: "message queues",
  needs: ["ipc"],
  scenes: [
    scene(
      "a queue holds so many messages; the highest priority comes first, then the oldest; a full one lets senders wait",
      [
        ...posix,
        p0(mqSend(3, "low", 1), "0"),
        p0(mqSend(3, "high", 9), "0"),
        p1(mqSend(3, "waits", 5), waits),
        p0(mqReceive(3, 16), '4 bytes "high" with priority 9', { p1: "0" }),
        p0(mqReceive(3, 16), '5 bytes "waits" with priority 5'),
        p0(mqAttributes(3, null), "0,2,16,1"),
      ],
    ),
    scene("a message goes to the receiver that waits longest, and the queue stays empty", [
      ...posix,
      p1(mqReceive(3, 16), waits),
      p2(mqReceive(3, 16), waits),
      p0(mqSend(3, "one", 0), "0", { p1: '3 bytes "one" with priority 0' }),
      p0(mqSend(3, "two", 0), "0", { p2: '3 bytes "two" with priority 0' }),
      p0(mqReceive(3, 16, "past"), "ETIMEDOUT"),
    ]),
    scene("a name that is gone leaves the queue to those who have it open", [
      ...posix,
      p0(mqUnlink("q"), "0"),
      p0(mqSend(3, "kept", 0), "0"),
      p1(mqReceive(3, 16), '4 bytes "kept" with priority 0'),
      p1(mqOpen("q", O_RDWR, 2), "ENOENT"),
    ]),
    scene("one process is told by a signal, once, and not when a receiver waits", [
      ...posix,
      p0(sigaction(SIGUSR1, "handler", SA_RESTART), "0"),
      p0(mqNotify(3, "signal"), "0"),
      p1(mqNotify(3, "none"), "EBUSY"),
      p2(mqReceive(3, 16), waits),
      p1(mqSend(3, "x", 0), "0", { p2: '1 bytes "x" with priority 0' }),
      p1(mqNotify(3, "none"), "EBUSY"),
      p1(mqSend(3, "y", 0), "0"),
      p1(mqNotify(3, "none"), "0"),
    ]),
    scene("O_NONBLOCK belongs to the descriptor; closing one ends the registration of the process", [
      p0(mqOpen("q", O_RDWR | O_CREAT | O_NONBLOCK, 1), "3"),
      p0(mqOpen("q", O_RDWR, 1), "4"),
      p0(mqReceive(3, 16), "EAGAIN"),
      p0(mqAttributes(4, O_NONBLOCK), "0,1,16,0"),
      p0(mqNotify(3, "none"), "0"),
      p0(close(4), "0"),
      p0(mqNotify(3, "none"), "0"),
    ]),
    scene("receivers choose by type: any, one, all but one, or the smallest", [
      ...sysv,
      p0(msgsnd(0, 5, 1, 1), "0"),
      p0(msgsnd(0, 3, 2, 1), "0"),
      p0(msgsnd(0, 2, 3, 1), "0"),
      p0(msgsnd(0, 9, 4, 1), "0"),
      p0(msgrcv(0, 20, -4), `${got(3, 20)} of type 2`),
      p0(msgrcv(0, 20, 5, MSG_EXCEPT), `${got(2, 20)} of type 3`),
      p0(msgrcv(0, 20, 9), `${got(4, 20)} of type 9`),
      p0(msgrcv(0, 20, 7, IPC_NOWAIT), "ENOMSG"),
      p0(msgrcv(0, 20, 0), `${got(1, 20)} of type 5`),
    ]),
    scene("boundaries are kept: what is too long stays, or is cut", [
      ...sysv,
      p0(msgsnd(0, 1, 10, 1), "0"),
      p0(msgrcv(0, 4, 0), "E2BIG"),
      p0(msgrcv(0, 4, 0, MSG_NOERROR), `${received(bytes(10), 0, 4)} of type 1`),
      p1(msgrcv(0, 4, 0), waits),
      p0(msgsnd(0, 1, 10, 1), "0", { p1: "E2BIG" }),
      p0(msgStat(0), "key 1 owner 0:0 maker 0:0 mode 600; 10 1 16384 p0 p0"),
    ]),
    scene("a full queue lets senders wait; one who fits goes past one who doesn't", [
      ...sysv,
      p0(msgSet(0, 0o600, 50), "0"),
      p0(msgsnd(0, 1, 40, 1), "0"),
      p1(msgsnd(0, 2, 45, 1), waits),
      p2(msgsnd(0, 3, 20, 1), waits),
      p0(msgsnd(0, 1, 20, 1, IPC_NOWAIT), "EAGAIN"),
      p0(msgrcv(0, 40, 1), `${got(40, 40)} of type 1`, { p1: "0" }),
      p0(msgRemove(0), "0", { p2: "EIDRM" }),
    ]),
    scene("a handler ends msgrcv with EINTR, SA_RESTART or not; the dead are passed over", [
      p0(msgget(1, IPC_CREAT | 0o600), "0"),
      p0(sigaction(SIGUSR1, "handler", SA_RESTART), "0"),
      p0(fork(1), "p1"),
      p0(fork(2), "p2"),
      p1(msgrcv(0, 10, 0), waits),
      p2(kill("p1", SIGUSR1), "0", { p1: "EINTR" }),
      p1(exit(0), ends),
      p0(msgsnd(0, 1, 5, 1), "0"),
      p2(msgrcv(0, 10, 0), `${got(5, 10)} of type 1`),
    ]),
  ],
};
