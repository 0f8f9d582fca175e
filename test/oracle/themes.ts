/**
 * Themes: which calls a program is made of. A program about everything would hardly ever get two sockets to talk, so each
 * is about one subject, with the calls on descriptors and processes among them.
 */
import { SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM } from "netloom";
import { descriptorRows, pipeRow as pipe, pipeRows, pollRow, readRow, writeRow } from "./calls/descriptors.ts";
import { plainEpollRow as epoll, epollCtlRow as epollCtl, eventfdRow as eventfd, eventRows } from "./calls/events.ts";
import {
  createRow as create,
  directoryRow as directory,
  fifoRows,
  fileRows,
  mkfifoRow as mkfifo,
  nameRows,
  ownerRows,
  symlinkRow as symlink,
} from "./calls/file-rows.ts";
import { jobRows } from "./calls/jobs.ts";
import { lockedFileRow as file, lockRows } from "./calls/locks.ts";
import {
  futexRows,
  sharedRow as mapped,
  memoryRows,
  fileRow as openedFile,
  segmentRow as segment,
  segmentRows,
  sizedRow as sized,
} from "./calls/memory-calls.ts";
import { mqueueRows, queueRow as queue } from "./calls/mqueue.ts";
import { processRows } from "./calls/processes.ts";
import { handledRow as handled, interruptRow, sigactionRow as sigaction, signalRows } from "./calls/signals.ts";
import { arrayRow as array, messageRows, semaphoreRows, smallQueueRows } from "./calls/sysv.ts";
import {
  firstSlaveRow,
  firstUnlockRow,
  masterRow as terminal,
  jobRows as terminalJobRows,
  terminalRows,
} from "./calls/terminals.ts";
import { bindRow as bind, connectRow as connect, socketRow as socket, udpRows } from "./calls/udp.ts";
import { unixRows } from "./calls/unix.ts";
import { seteuidRow as seteuid, userRows } from "./calls/users.ts";
import type { Feature } from "./linux.ts";
import type { Row } from "./row.ts";

export interface Theme {
  readonly name: string;
  /** How often it is drawn, beside the others. */
  readonly weight: number;
  /** Ways to begin: calls of the first process, before it forks. */
  readonly beginnings: readonly (readonly Row[])[];
  /** What comes after. */
  readonly rows: readonly Row[];
  /** What Linux must let the helper do. */
  readonly needs?: readonly Feature[];
}

const streams = unixRows(SOCK_STREAM);

const common: readonly Row[] = [...descriptorRows, ...pipeRows, ...processRows];

/** Unix-domain sockets of one type: a pair, or sockets with names that connect to each other. */
function unixTheme(name: string, type: number): Theme {
  const { make, pair, bind, listen, all } = unixRows(type);
  const named = type === SOCK_DGRAM ? [make, bind, make, bind] : [make, bind, listen];
  return {
    name,
    weight: 4,
    needs: ["network"],
    beginnings: [[pair], [pair, pipe], named, [...named, make], [handled, ...named]],
    rows: [...all, ...all, ...descriptorRows, readRow, writeRow, pollRow, pipe, ...processRows, interruptRow],
  };
}

export const THEMES: readonly Theme[] = [
  unixTheme("unix streams", SOCK_STREAM),
  unixTheme("unix datagrams", SOCK_DGRAM),
  unixTheme("unix seqpackets", SOCK_SEQPACKET),
  {
    name: "events",
    weight: 5,
    needs: ["network"],
    beginnings: [
      [epoll, pipe, epollCtl],
      [epoll, eventfd, epollCtl],
      [pipe, eventfd, epoll, epollCtl],
      [epoll, streams.pair, epollCtl],
      [epoll, epoll, pipe],
    ],
    rows: [
      ...eventRows,
      ...descriptorRows,
      pipe,
      streams.pair,
      readRow,
      writeRow,
      pollRow,
      ...processRows,
      interruptRow,
    ],
  },
  {
    name: "jobs",
    weight: 4,
    beginnings: [
      [pipe, handled],
      [handled, handled],
      [handled, pipe, sigaction],
    ],
    rows: [...jobRows, ...processRows, ...signalRows, readRow, writeRow],
  },
  {
    name: "users",
    weight: 3,
    needs: ["users"],
    beginnings: [[create], [directory, create], [create, seteuid], [directory, seteuid, create]],
    rows: [
      ...userRows,
      ...userRows,
      ...nameRows,
      ...ownerRows,
      ...ownerRows,
      ...fileRows,
      ...processRows,
      ...signalRows,
    ],
  },
  {
    name: "files",
    weight: 5,
    beginnings: [[create], [directory, create], [directory, create, symlink], [create, create, directory]],
    rows: [...nameRows, ...fileRows, readRow, writeRow, ...descriptorRows, ...processRows],
  },
  {
    name: "fifos",
    weight: 4,
    beginnings: [
      [mkfifo, handled],
      [mkfifo, mkfifo],
      [handled, mkfifo],
    ],
    rows: [...fifoRows, ...descriptorRows, readRow, writeRow, pollRow, ...processRows, interruptRow],
  },
  {
    name: "locks",
    weight: 3,
    beginnings: [
      [file, handled],
      [file, file],
      [file, file, handled],
    ],
    rows: [...lockRows, ...lockRows, writeRow, ...descriptorRows, ...processRows, interruptRow],
  },
  {
    name: "terminals",
    weight: 3,
    beginnings: [[terminal, firstUnlockRow, firstSlaveRow]],
    rows: [...terminalRows, ...processRows],
  },
  {
    name: "terminal jobs",
    weight: 3,
    beginnings: [[terminal, firstUnlockRow, firstSlaveRow, handled]],
    rows: [...terminalJobRows, ...terminalJobRows, ...signalRows, ...descriptorRows, ...processRows],
  },
  { name: "pipes", weight: 5, beginnings: [[pipe], [pipe, pipe], [pipe, pipe, pipe]], rows: common },
  {
    name: "datagrams",
    weight: 4,
    needs: ["network"],
    beginnings: [
      [socket, bind],
      [socket, bind, socket, bind],
      [socket, bind, socket, bind, connect, connect],
      [pipe, socket, bind, socket],
    ],
    rows: [...common, ...udpRows, ...udpRows],
  },
  {
    name: "signals",
    weight: 5,
    beginnings: [
      [pipe, handled],
      [pipe, handled, sigaction],
      [handled, pipe, pipe],
    ],
    rows: [...common, ...signalRows],
  },
  {
    name: "posix queues",
    weight: 4,
    needs: ["ipc"],
    beginnings: [
      [queue, handled],
      [queue, queue],
      [handled, queue],
    ],
    rows: [...mqueueRows, ...mqueueRows, pollRow, ...descriptorRows, ...processRows, interruptRow],
  },
  {
    name: "sysv queues",
    weight: 4,
    needs: ["ipc"],
    beginnings: [smallQueueRows, [...smallQueueRows, handled]],
    rows: [...messageRows, ...messageRows, ...processRows, interruptRow],
  },
  {
    name: "sysv semaphores",
    weight: 4,
    needs: ["ipc"],
    beginnings: [[array], [array, handled]],
    rows: [...semaphoreRows, ...processRows, interruptRow],
  },
  {
    name: "shared memory",
    weight: 3,
    beginnings: [
      [mapped, openedFile],
      [openedFile, sized],
      [openedFile, sized, mapped],
    ],
    rows: [...memoryRows, ...processRows],
  },
  {
    name: "segments",
    weight: 2,
    needs: ["ipc"],
    beginnings: [[segment], [segment, mapped]],
    rows: [...segmentRows, ...processRows],
  },
  {
    name: "futexes",
    weight: 2,
    beginnings: [[mapped], [mapped, handled]],
    rows: [...futexRows, ...processRows, interruptRow],
  },
];

/** Those about message queues, semaphores, shared memory and terminals, in one word for the command line. */
export const THEME_GROUPS: Readonly<Record<string, readonly string[]>> = {
  ipc: [
    "posix queues",
    "sysv queues",
    "sysv semaphores",
    "shared memory",
    "segments",
    "futexes",
    "terminals",
    "terminal jobs",
  ],
};
