/** All hand-written suites. To add one, add a file to suites/ and a line here. */
import type { Suite } from "./scene.ts";
import { events } from "./suites/events.ts";
import { fifos } from "./suites/fifos.ts";
import { files } from "./suites/files.ts";
import { locks } from "./suites/locks.ts";
import { messageQueues } from "./suites/message-queues.ts";
import { pipes } from "./suites/pipes.ts";
import { sharedMemory } from "./suites/shared-memory.ts";
import { signals } from "./suites/signals.ts";
import { terminals } from "./suites/terminals.ts";
import { unixSockets } from "./suites/unix.ts";
import { users } from "./suites/users.ts";

export const SUITES: readonly Suite[] = [
  pipes,
  fifos,
  files,
  locks,
  signals,
  unixSockets,
  events,
  users,
  messageQueues,
  sharedMemory,
  terminals,
];
