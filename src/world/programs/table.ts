/**
 * The table of the programs that we ship: what every host has in /bin. To add one, write a file that exports a Tool, and add
 * it here.
 */
import type { Program } from "../../kernel/sys/sys.ts";
import * as basics from "./basics.ts";
import { cat } from "./cat.ts";
import { date } from "./date.ts";
import * as files from "./files.ts";
import { ls } from "./ls.ts";
import { NETWORK_TOOLS } from "./net/table.ts";
import { printf } from "./printf.ts";
import { ps } from "./ps.ts";
import { sh } from "./shell/sh.ts";
import { stty } from "./stty.ts";
import * as system from "./system.ts";
import * as text from "./text.ts";
import { programOf, type Tool } from "./tool.ts";

const TOOLS: readonly Tool[] = [
  basics.bracket,
  basics.echo,
  basics.falseTool,
  basics.pwd,
  basics.seq,
  basics.sleep,
  basics.test,
  basics.trueTool,
  basics.yes,
  cat,
  date,
  files.chmod,
  files.chown,
  files.cp,
  files.ln,
  files.mkdir,
  files.mkfifo,
  files.mv,
  files.rm,
  files.rmdir,
  files.touch,
  ls,
  ...NETWORK_TOOLS,
  printf,
  ps,
  sh,
  stty,
  system.env,
  system.hostname,
  system.id,
  system.ipcs,
  system.kill,
  system.lsof,
  system.tty,
  system.uname,
  system.whoami,
  text.grep,
  text.head,
  text.sort,
  text.tail,
  text.tee,
  text.wc,
];

/** The programs by name. */
export const SHIPPED_PROGRAMS: ReadonlyMap<string, Program> = new Map(
  TOOLS.map((tool) => [tool.name, programOf(tool)] as const),
);
