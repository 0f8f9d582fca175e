/** Programs about the system: hostname(1), whoami(1), id(1), env(1), kill(1), tty(1), lsof(8), ipcs(1), uname(1). */
import { SIGTERM } from "../../abi/signal.ts";
import type { Netstat } from "../../host/netstat.ts";
import { SystemError } from "../../kernel/system-error.ts";
import { diagnose } from "../netlink.ts";
import { table } from "./columns.ts";
import { lines } from "./lines.ts";
import { parseSignal } from "./shell/job-builtins.ts";
import type { Tool, Toolbox } from "./tool.ts";

export const hostname: Tool = {
  name: "hostname",
  usage: "",
  summary: "Writes the name of the host.",
  run: (box) => box.out(`${box.sys.gethostname()}\n`),
};

export const whoami: Tool = {
  name: "whoami",
  usage: "",
  summary: "Writes the user whose rights the process has.",
  run: (box) => box.out(`${userName(box.sys.geteuid())}\n`),
};

export const id: Tool = {
  name: "id",
  usage: "[-u | -g]",
  summary: "Writes user and groups of the process.",
  options: "ug",
  async run(box) {
    const [uid, gid] = [box.sys.geteuid(), box.sys.getegid()];
    if (box.has("u")) return await box.out(`${uid}\n`);
    if (box.has("g")) return await box.out(`${gid}\n`);
    const named = (number: number): string => (number === 0 ? "0(root)" : String(number));
    const groups = [...new Set([gid, ...box.sys.getgroups()])];
    await box.out(`uid=${named(uid)} gid=${named(gid)} groups=${groups.map(named).join(",")}\n`);
  },
};

function userName(uid: number): string {
  return uid === 0 ? "root" : String(uid);
}

export const env: Tool = {
  name: "env",
  usage: "[-i] [NAME=VALUE]... [PROGRAM [ARGUMENT]...]",
  summary: "Writes the environment, or runs a program with a changed one. -i begins with an empty one.",
  options: "i",
  async run(box) {
    const environment: Record<string, string> = box.has("i") ? {} : { ...box.sys.environ() };
    let at = 0;
    for (; at < box.operands.length; at++) {
      const [, name, value] = /^([^=]+)=([\s\S]*)$/.exec(box.operands[at] as string) ?? [];
      if (name === undefined) break;
      environment[name] = value ?? "";
    }
    const [program, ...args] = box.operands.slice(at);
    if (program === undefined) {
      const all = Object.entries(environment).map(([name, value]) => `${name}=${value}\n`);
      return await box.out(all.join(""));
    }
    await box.each((name) => box.sys.execve(name.includes("/") ? name : `/bin/${name}`, args, environment), [program]);
    return 127;
  },
};

export const kill: Tool = {
  name: "kill",
  usage: "[-SIGNAL] PID...",
  summary: "Sends a signal, TERM unless another is named, to processes, or with a minus sign to process groups.",
  isRaw: true,
  async run(box) {
    const [first = "", ...rest] = box.operands;
    const hasSignal = first.startsWith("-") && first !== "--";
    const given = hasSignal ? parseSignal(first.slice(1)) : SIGTERM;
    const signo = given ?? box.refuse(`there is no signal "${first.slice(1)}"`);
    const targets = hasSignal || first === "--" ? rest : box.operands;
    if (targets.length === 0) box.refuse("whom?");
    await box.each((target) => box.sys.kill(box.integer(target, Number.MIN_SAFE_INTEGER), signo), targets);
  },
};

export const tty: Tool = {
  name: "tty",
  usage: "",
  summary: "Writes the path of the terminal that standard input is. Exit status 1: it is none.",
  async run(box) {
    if (!box.sys.isatty(0)) {
      await box.out("not a tty\n");
      return 1;
    }
    await box.out(`${box.sys.ttyname(0)}\n`);
    return 0;
  },
};

export const uname: Tool = {
  name: "uname",
  usage: "[-a]",
  summary: "Writes the name of the system.",
  options: "an",
  run: (box) =>
    box.out(
      box.has("a") ? `Netloom ${box.sys.gethostname()}\n` : box.has("n") ? `${box.sys.gethostname()}\n` : "Netloom\n",
    ),
};

export const lsof: Tool = {
  name: "lsof",
  usage: "[-p PID]",
  summary: "Writes the open descriptors of processes, as far as they may be seen, and what is behind them.",
  options: "p:",
  async run(box) {
    const rows: string[][] = [];
    const wanted = box.value("p");
    const sockets = socketNames(diagnose(box.sys));
    for (const pid of processNumbers(box)) {
      if (wanted !== undefined && pid !== wanted) continue;
      try {
        const name = (await readText(box, `/proc/${pid}/status`)).match(/^Name:\t(.*)$/m)?.[1] ?? "";
        for (const fd of box.sys.readdir(`/proc/${pid}/fd`)) {
          const target = box.sys.readlink(`/proc/${pid}/fd/${fd}`);
          rows.push([name, pid, fd, sockets.get(target) ?? target]);
        }
      } catch (error) {
        if (!(error instanceof SystemError)) throw error;
      }
    }
    await box.out(table(["COMMAND", ">PID", ">FD", "NAME"], rows));
  },
};

/** `socket:[7]`, as links in /proc call it, and what lsof says of it: `TCP 10.0.0.1:40000->10.0.0.2:7 (ESTABLISHED)`. */
function socketNames({ connections, sockets, unixSockets }: Netstat): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const host = (address: string): string => (address === "0.0.0.0" || address === "::" ? "*" : address);
  for (const one of [...connections, ...sockets]) {
    const { protocol, localAddress, localPort, remoteAddress, remotePort, state, inode } = one;
    const peer = remoteAddress === null ? "" : `->${host(remoteAddress)}:${remotePort}`;
    const ends = `${host(localAddress)}:${localPort === 0 ? "*" : localPort}${peer}`;
    const what = protocol.replace(/6$/, "").toUpperCase();
    names.set(`socket:[${inode}]`, `${what} ${ends}${state === "" ? "" : ` (${state})`}`);
  }
  for (const { path, type, inode } of unixSockets) {
    if (path !== "") names.set(`socket:[${inode}]`, `${path} type=${type}`);
  }
  return names;
}

export const ipcs: Tool = {
  name: "ipcs",
  usage: "",
  summary:
    "Writes the message queues, shared memory and semaphores that there are, as /proc/sysvipc and /dev/mqueue have them.",
  async run(box) {
    let hasAny = false;
    for (const [title, path] of [
      ["Message queues", "/proc/sysvipc/msg"],
      ["Shared memory", "/proc/sysvipc/shm"],
      ["Semaphores", "/proc/sysvipc/sem"],
    ] as const) {
      try {
        await box.out(`------ ${title} ------\n${await readText(box, path)}`);
        hasAny = true;
      } catch (error) {
        if (!(error instanceof SystemError)) throw error;
      }
    }
    if (!hasAny) await box.complain("this host tells nothing of its queues, memory and semaphores");
  },
};

/** The numbers of all processes, as /proc has them. */
export function processNumbers({ sys }: Toolbox): string[] {
  return sys.readdir("/proc").filter((name) => /^\d+$/.test(name));
}

export async function readText({ sys }: Toolbox, path: string): Promise<string> {
  const fd = await sys.open(path, 0);
  let text = "";
  for await (const line of lines(sys, fd)) text += line;
  sys.close(fd);
  return text;
}
