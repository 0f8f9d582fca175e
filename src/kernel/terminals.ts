/**
 * The terminals of a host: /dev/ptmx, /dev/pts and /dev/tty, and what terminals need of sessions and process groups.
 *
 * Read first: pty(7), tty(4), credentials(7); tty/terminal.ts. A session has one controlling terminal at the most, and a
 * terminal controls one session; each process of it knows it (Process.terminal).
 */
import type { Errno } from "../abi/errno.ts";
import { SIG_IGN, SIGCONT, SIGHUP, SIGTTIN } from "../abi/signal.ts";
import { CharacterDevice, type Directory, type Inode } from "../file/inode.ts";
import type { FileOps } from "../file/open-file.ts";
import type { Task } from "../file/task.ts";
import { MasterEnd, SlaveEnd } from "../tty/ends.ts";
import { type JobControl, Terminal } from "../tty/terminal.ts";
import type { Kernel } from "./kernel.ts";
import type { Process } from "./process.ts";
import * as job from "./signals/job.ts";
import { kernelSignal } from "./signals/siginfo.ts";

/** kernel.pty.max of Linux; ENOSPC beyond. */
const TERMINALS_MAX = 4096;
/** The group of terminals, as devpts is usually mounted with. */
const TTY_GROUP = 5;
/** Numbers of these inodes are far from those of the tree. */
const FIRST_INODE = 0xd000_0000;

/** A terminal, and its name in /dev/pts. */
interface Entry {
  readonly terminal: Terminal;
  readonly inode: Inode;
}

export class Terminals implements JobControl {
  readonly #kernel: Kernel;
  readonly #entries: Map<number, Entry> = new Map();

  constructor(kernel: Kernel, dev: Directory) {
    this.#kernel = kernel;
    const { files } = kernel;
    files.addDevice(dev, "ptmx", 0o666, (task) => this.open(task));
    files.addDevice(dev, "tty", 0o666, (task) => this.#openControlling(task));
    files.addDirectory(dev, "pts", 0o755, {
      get: (name) => (name === String(Number(name)) ? this.#entries.get(Number(name))?.inode : undefined),
      names: () => [...this.#entries.keys()].sort((a, b) => a - b).map(String),
    });
  }

  /** posix_openpt(3): a new pseudo-terminal, as its master. The slave is locked. ENOSPC: there are too many. */
  open(task: Task): MasterEnd | Errno {
    let index = 0;
    while (this.#entries.has(index)) index++;
    if (index >= TERMINALS_MAX) return "ENOSPC";
    const { files, runState } = this.#kernel;
    const terminal = new Terminal(index, this, runState.scheduler);
    const ownership = { uid: task.uid, gid: TTY_GROUP, permissions: 0o620 };
    const openSlave = (): FileOps | Errno => (terminal.isLocked || terminal.isHungUp ? "EIO" : new SlaveEnd(terminal));
    const inode = new CharacterDevice(files.volume, ownership, openSlave, FIRST_INODE + index);
    this.#entries.set(index, { terminal, inode });
    return new MasterEnd(terminal, () => this.#entries.delete(index));
  }

  /** The name of a terminal in /dev/pts, while its master is open. */
  inodeOf(terminal: Terminal): Inode | undefined {
    const entry = this.#entries.get(terminal.index);
    return entry?.terminal === terminal ? entry.inode : undefined;
  }

  // ---- what terminals ask ----

  check(task: Task, terminal: Terminal, signo: number): 0 | "EAGAIN" | "EIO" {
    const process = this.#kernel.processes.get(task.pid);
    if (process === undefined || process.terminal !== terminal) return 0;
    if (terminal.foreground === 0 || terminal.foreground === process.pgid) return 0;
    const { blocked } = process.signals;
    const isDeaf = blocked.has(signo) || process.signals.actionOf(signo).handler === SIG_IGN;
    // POSIX, 11.1.4: who does not hear SIGTTIN can't read; who does not hear SIGTTOU may write.
    if (isDeaf) return signo === SIGTTIN ? "EIO" : 0;
    if (job.isOrphaned(process)) return "EIO";
    // On Linux the call is begun again after the signal: with a handler that does nothing about it, for ever.
    if (!process.runState.enter(process, process.lastCall)) return "EIO";
    this.signalGroup(process.pgid, signo);
    return "EAGAIN";
  }

  signalGroup(pgid: number, signo: number): void {
    for (const member of [...this.#kernel.processes.group(pgid)]) member.signals.post(kernelSignal(signo));
  }

  hangUp(terminal: Terminal): void {
    for (const member of this.#session(terminal)) {
      member.terminal = null;
      if (member.pid !== terminal.sid) continue;
      // Its foreground group hears of it when the leader ends.
      member.lostForeground = terminal.foreground;
      for (const signo of [SIGHUP, SIGCONT]) member.signals.post(kernelSignal(signo));
    }
    terminal.sid = 0;
    terminal.foreground = 0;
  }

  // ---- what processes do ----

  /** open(2) without O_NOCTTY: a session's leader without a terminal gets this one, if it controls no other session. */
  acquire(process: Process, terminal: Terminal): void {
    const isLeader = process.sid === process.pid;
    if (!isLeader || process.terminal !== null || terminal.sid !== 0) return;
    this.#give(process, terminal);
  }

  /** ioctl(TIOCSCTTY). EPERM: no session's leader, or it has a terminal, or that one has a session. */
  set(process: Process, terminal: Terminal, steals: boolean): 0 | Errno {
    const isLeader = process.sid === process.pid;
    if (isLeader && process.terminal === terminal && terminal.sid === process.sid) return 0;
    if (!isLeader || process.terminal !== null) return "EPERM";
    if (terminal.sid !== 0) {
      if (!steals || process.uid !== 0) return "EPERM";
      this.#abandon(terminal);
    }
    this.#give(process, terminal);
    return 0;
  }

  /** ioctl(TIOCNOTTY): the process has no controlling terminal any more; a leader takes it from the whole session. */
  giveUp(process: Process): void {
    const { terminal } = process;
    if (terminal === null) return;
    if (process.sid === process.pid) this.#disassociate(terminal, [SIGHUP, SIGCONT]);
    process.terminal = null;
  }

  /** A process ends: if it leads a session, the foreground loses its terminal. */
  leaderEnds(process: Process): void {
    if (process.sid !== process.pid) return;
    if (process.terminal !== null) this.#disassociate(process.terminal, [SIGHUP]);
    else if (process.lostForeground !== 0) {
      for (const signo of [SIGHUP, SIGCONT]) this.signalGroup(process.lostForeground, signo);
    }
    process.lostForeground = 0;
  }

  #disassociate(terminal: Terminal, signals: readonly number[]): void {
    const { foreground } = terminal;
    this.#abandon(terminal);
    terminal.sid = 0;
    terminal.foreground = 0;
    if (foreground !== 0) for (const signo of signals) this.signalGroup(foreground, signo);
  }

  /** The processes of its session have no terminal any more. */
  #abandon(terminal: Terminal): void {
    for (const member of this.#session(terminal)) member.terminal = null;
  }

  #give(process: Process, terminal: Terminal): void {
    terminal.sid = process.sid;
    terminal.foreground = process.pgid;
    process.terminal = terminal;
  }

  /** /dev/tty. ENXIO: the process has no controlling terminal. */
  #openControlling(task: Task): FileOps | Errno {
    const terminal = this.#kernel.processes.get(task.pid)?.terminal ?? null;
    if (terminal === null) return "ENXIO";
    return terminal.isHungUp ? "EIO" : new SlaveEnd(terminal);
  }

  /** The processes of the session that the terminal controls. */
  #session(terminal: Terminal): Process[] {
    return [...this.#kernel.processes.all()].filter((process) => process.terminal === terminal);
  }
}
