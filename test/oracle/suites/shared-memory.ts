/** Scenes about System V semaphores, segments, and futexes. Read first: semop(2), shmop(2), futex(2). */
import { IPC_CREAT, IPC_NOWAIT, MAP_ANONYMOUS, MAP_SHARED, PROT_READ, PROT_WRITE, SEM_UNDO } from "netloom";
import {
  futexRequeue,
  futexWait,
  futexWake,
  mmap,
  shmat,
  shmdt,
  shmget,
  shmRemove,
  shmStat,
} from "../calls/memory-calls.ts";
import { exit, fork } from "../calls/processes.ts";
import { semAsk, semGetAll, semget, semop, semRemove, semSetValue } from "../calls/sysv.ts";
import { ends, p0, p1, p2, p3, type Suite, scene, waits } from "../scene.ts";

const array = [p0(semget(1, 3, IPC_CREAT | 0o600), "0"), p0(fork(1), "p1"), p0(fork(2), "p2")];
const op = (num: number, change: number, flags: number = 0) => ({ num, op: change, flags });
const place = "0x100000000000";

export const sharedMemory: Suite = {
  subject: "semaphores and shared memory",
  needs: ["ipc"],
  scenes: [
    scene("several operations happen at once or not at all", [
      ...array,
      p0(semop(0, [op(0, 2), op(1, 1)]), "0"),
      p0(semop(0, [op(0, -2), op(2, -1, IPC_NOWAIT)]), "EAGAIN"),
      p0(semGetAll(0), "2,1,0"),
      p1(semop(0, [op(0, -1), op(2, -1)]), waits),
      p0(semAsk(0, 2, "GETNCNT"), "1"),
      p0(semop(0, [op(2, 1)]), "0", { p1: "0" }),
      p0(semGetAll(0), "1,1,0"),
      p0(semAsk(0, 2, "GETPID"), "p1"),
    ]),
    scene("who waits for zero goes on at zero, before those who wait for more", [
      ...array,
      p0(semSetValue(0, 0, 2), "0"),
      p1(semop(0, [op(0, 0), op(0, 1)]), waits),
      p2(semop(0, [op(0, -3)]), waits),
      p0(semAsk(0, 0, "GETZCNT"), "1"),
      p0(semop(0, [op(0, -2)]), "0", { p1: "0" }),
      p0(semop(0, [op(0, 2)]), "0", { p2: "0" }),
      p0(semGetAll(0), "0,0,0"),
    ]),
    scene("the end of a process undoes what it did with SEM_UNDO, and others go on", [
      ...array,
      p0(semSetValue(0, 0, 1), "0"),
      p1(semop(0, [op(0, -1, SEM_UNDO)]), "0"),
      p2(semop(0, [op(0, -1)]), waits),
      p1(exit(0), ends, { p2: "0" }),
      p0(semRemove(0), "0"),
      p0(semop(0, [op(0, 0)]), "EINVAL"),
    ]),
    scene("a removed segment goes with the last who has it; fork attaches it again", [
      p0(shmget(1, 4096, IPC_CREAT | 0o600), "0"),
      p0(shmat(0, 0, 0), place),
      p0(fork(1), "p1"),
      p0(shmStat(0), "key 1 mode 600 4096 p0 p0 2"),
      p0(shmRemove(0), "0"),
      p0(shmget(1, 0, 0), "ENOENT"),
      p0(shmdt(0), "0"),
      p0(shmStat(0), "key 0 mode 1600 4096 p0 p0 1"),
      p1(exit(0), ends),
      p0(shmat(0, 0, 0), "EINVAL"),
    ]),
    scene(
      "a futex lets one sleep only on the value that it expects; wake takes those that wait longest, requeue moves them",
      [
        p0(mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), place),
        p0(fork(1), "p1"),
        p0(fork(2), "p2"),
        p0(fork(3), "p3"),
        p0(futexWait(0, 0, 1), "EAGAIN"),
        p1(futexWait(0, 0, 0), waits),
        p2(futexWait(0, 0, 0), waits),
        p3(futexWait(0, 0, 0), waits),
        p0(futexRequeue(0, 0, 8, 1, 1, 0), "2", { p1: "0" }),
        p0(futexWake(0, 0, 9), "1", { p3: "0" }),
        p0(futexWake(0, 8, 9), "1", { p2: "0" }),
      ],
    ),
  ],
};
