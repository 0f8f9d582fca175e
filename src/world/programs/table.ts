/**
 * The table of the programs that we ship: what every host has in /bin. To add one, write a file that exports a Tool, and add
 * it here.
 */
import type { Program } from "../../kernel/sys/sys.ts";
import { bracket, echo, falseTool, pwd, seq, sleep, test, trueTool, yes } from "./basics.ts";
import { cat } from "./cat.ts";
import { sh } from "./shell/sh.ts";
import { programOf, type Tool } from "./tool.ts";

const TOOLS: readonly Tool[] = [bracket, cat, echo, falseTool, pwd, seq, sh, sleep, test, trueTool, yes];

/** The programs by name. */
export const SHIPPED_PROGRAMS: ReadonlyMap<string, Program> = new Map(
  TOOLS.map((tool) => [tool.name, programOf(tool)] as const),
);
