/**
 * Netloom's side: one world with one host, whose processes make the calls that they are told to make.
 *
 * Each process runs a program that hands its Sys to the driver and waits for ever; the driver calls through it. Nothing runs
 * the world's clock: after each call, what is due at this instant is run until nothing is (settle), and then a promise
 * that has not settled is a call that is blocked.
 */
import { O_CREAT, O_RDWR, type Program, type Sys, SystemError, World } from "netloom";
import type { Process } from "netloom/kernel";

/** What a call has come to, in a form that both sides share: "0", "EBADF", "5 bytes 811c9dc5". */
export type Outcome = string;

/** What has come of a step, on either side. */
export interface Came {
  /** By worker: what has returned in this step, now or after having been blocked. */
  readonly returned: ReadonlyMap<number, Outcome>;
  readonly blocked: ReadonlySet<number>;
  readonly dead: ReadonlySet<number>;
  readonly stopped: ReadonlySet<number>;
}

/** A process under the driver's hand. */
export class Worker {
  readonly index: number;
  readonly process: Process;
  readonly sys: Sys;
  isBlocked = false;

  constructor(index: number, process: Process, sys: Sys) {
    this.index = index;
    this.process = process;
    this.sys = sys;
  }

  /** As calls and outcomes name it: "p1". */
  get name(): string {
    return `p${this.index}`;
  }

  get isStopped(): boolean {
    return this.process.isStopped;
  }

  get isDead(): boolean {
    return this.process.state !== "running";
  }
}

/** No process has this number: beyond Linux's own pid_max. */
export const NOBODY = 5_000_000;

/** Whose rights the first process has. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

const ROOT: User = { uid: 0, gid: 0 };

export class Netloom {
  /** The processes, in the order of their making. */
  readonly workers: Worker[] = [];
  /** Opened directories whose names have been asked for. */
  readonly hasListed: WeakSet<object> = new WeakSet<object>();
  readonly #host = new World({ console: () => {} }).host("oracle");
  #returned = new Map<number, Outcome>();

  /** What a worker runs; a fork of it runs the same. */
  readonly program: Program = (sys) => {
    const process = this.#host.kernel.processes.get(sys.getpid()) as Process;
    this.workers.push(new Worker(this.workers.length, process, sys));
    return new Promise<never>(() => {});
  };

  private constructor({ uid, gid }: User) {
    this.#host.spawn("worker", this.program, { uid, gid });
    this.#settle();
  }

  /** The first process stands as that of helper.c: in an empty directory of its own, with a file as 0, 1 and 2. */
  static async start(user: User = ROOT): Promise<Netloom> {
    const netloom = new Netloom(user);
    const { sys } = netloom.workers[0] as Worker;
    for (const path of ["/tmp/program", "/tmp/program/cwd"]) {
      sys.mkdir(path);
      sys.chmod(path, 0o777);
    }
    sys.chdir("/tmp/program/cwd");
    const opening = sys.open("../standard", O_RDWR | O_CREAT, 0o644);
    netloom.#settle();
    const fd = await opening;
    for (const standard of [0, 1, 2]) sys.dup2(fd, standard);
    sys.close(fd);
    return netloom;
  }

  /** The worker whose process number that is. */
  workerOf(pid: number): number | undefined {
    return this.workers.find(({ process }) => process.pid === pid)?.index;
  }

  /** What helper.c makes of "p1", "-p1" (the group that it leads) and a number; a worker that is not there is nobody. */
  pidOf(whom: string | number): number {
    if (typeof whom === "number") return whom;
    const pid = this.workers[Number(whom.slice(whom.indexOf("p") + 1))]?.process.pid ?? NOBODY;
    return whom.startsWith("-") ? -pid : pid;
  }

  /** Lets one worker make one call, and everybody go on as far as they come. */
  async step(worker: Worker, call: (sys: Sys) => Promise<Outcome>): Promise<Came> {
    this.#returned = new Map();
    worker.isBlocked = true;
    const settled = (outcome: Outcome): void => {
      worker.isBlocked = false;
      this.#returned.set(worker.index, outcome);
    };
    // A call that throws at once, and one whose promise is rejected, are the same here.
    call(worker.sys).then(settled, (error: unknown) => {
      if (error instanceof SystemError) settled(error.code);
      else settled(`threw ${error instanceof Error ? error.stack : String(error)}`);
    });
    do {
      this.#settle();
      await new Promise(setImmediate);
    } while (this.#isAnythingDue);
    const living = this.workers.filter(({ isDead }) => !isDead);
    return {
      returned: this.#returned,
      blocked: indices(living.filter(({ isBlocked }) => isBlocked)),
      dead: indices(this.workers.filter(({ isDead }) => isDead)),
      stopped: indices(living.filter(({ isStopped }) => isStopped)),
    };
  }

  get #isAnythingDue(): boolean {
    const { scheduler } = this.#host.kernel.runState;
    return scheduler.hasReady || scheduler.events.nextTimeNs <= scheduler.nowNs;
  }

  #settle(): void {
    const { scheduler } = this.#host.kernel.runState;
    while (this.#isAnythingDue) {
      if (scheduler.hasReady) scheduler.runReady(1000);
      else scheduler.events.pop()?.action();
    }
  }
}

function indices(workers: readonly Worker[]): ReadonlySet<number> {
  return new Set(workers.map(({ index }) => index));
}
