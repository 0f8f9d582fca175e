/**
 * Themes: which calls a program is made of. A program about everything would hardly ever get two sockets to talk, so each
 * is about one subject, with the calls on descriptors and processes among them.
 */
import { descriptorRows, pipeRow as pipe, pipeRows, pollRow, readRow, writeRow } from "./calls/descriptors.ts";
import {
  createRow as create,
  directoryRow as directory,
  fifoRows,
  fileRows,
  mkfifoRow as mkfifo,
  nameRows,
  symlinkRow as symlink,
} from "./calls/file-rows.ts";
import { lockedFileRow as file, lockRows } from "./calls/locks.ts";
import { processRows } from "./calls/processes.ts";
import { handledRow as handled, interruptRow, sigactionRow as sigaction, signalRows } from "./calls/signals.ts";
import { firstSlaveRow, firstUnlockRow, jobRows, masterRow as terminal, terminalRows } from "./calls/terminals.ts";
import { bindRow as bind, connectRow as connect, socketRow as socket, udpRows } from "./calls/udp.ts";
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

const common: readonly Row[] = [...descriptorRows, ...pipeRows, ...processRows];

export const THEMES: readonly Theme[] = [
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
    name: "jobs",
    weight: 3,
    beginnings: [[terminal, firstUnlockRow, firstSlaveRow, handled]],
    rows: [...jobRows, ...jobRows, ...signalRows, ...descriptorRows, ...processRows],
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
];
