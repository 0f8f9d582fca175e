/** All requirements that marks may name. Those of another specification are another file, and its name here. */
import { RECOVERY } from "./recovery.ts";
import type { Requirement } from "./requirement.ts";
import { RFC_1122 } from "./rfc1122.ts";
import { RFC_9293 } from "./rfc9293.ts";

export const REQUIREMENTS: readonly Requirement[] = [...RFC_9293, ...RFC_1122, ...RECOVERY];
