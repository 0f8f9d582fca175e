/**
 * The table of properties, as the experiments give it: a cell stands only where an experiment has come to its end.
 */
import type { MechanismGroup } from "netloom";
import { memories } from "./memory.ts";
import { pipes } from "./pipes.ts";
import { queues } from "./queues.ts";
import { rendezvous } from "./rendezvous.ts";
import { semaphores } from "./semaphores.ts";
import { signals } from "./signals.ts";
import { sockets } from "./sockets.ts";
import { type Study, studyOf } from "./study.ts";
import { terminals } from "./terminals.ts";

const GROUPS: readonly MechanismGroup[] = ["streams", "messages", "memory", "signals"];

const CHANNELS = [...pipes, ...terminals, ...sockets, ...queues, ...rendezvous, ...semaphores, ...signals];
const ALL: readonly Study[] = [...CHANNELS.map(studyOf), ...memories];

/** Every mechanism, group by group. */
export const STUDIES: readonly Study[] = GROUPS.flatMap((group) => ALL.filter((study) => study.group === group));
