/** All hand-written suites. To add one, add a file to suites/ and a line here. */
import type { Suite } from "./scene.ts";
import { pipes } from "./suites/pipes.ts";

export const SUITES: readonly Suite[] = [pipes];
