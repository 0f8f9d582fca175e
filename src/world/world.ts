/**
 * World: one experiment, with its clock, its seed, its hosts and links, its trace and its hash.
 *
 * Read first: ARCHITECTURE.md. A world is built (host, segment, cable, attach, spawn), run, and looked at. The entry
 * points bring the Platform and export this class for Node and for browsers.
 */
import { Counters } from "../base/counters.ts";
import { type ClockOptions, HostClock } from "../base/host-clock.ts";
import type { Machine } from "../base/machine.ts";
import type { Platform } from "../base/platform.ts";
import { Prng } from "../base/prng.ts";
import { type Journal, Scheduler } from "../base/scheduler.ts";
import { Sysctl } from "../base/sysctl.ts";
import { type TraceListener, Tracer } from "../base/trace.ts";
import type { ConsoleOutput } from "../host/console.ts";
import { Host } from "../host/host.ts";
import { NameRecords } from "../host/name-records.ts";
import { type ConnectionSeries, type SeriesFilter, SeriesRecorder } from "../inet/tcp/series.ts";
import { functionRuntime } from "../kernel/function-runtime.ts";
import type { ProgramRuntime } from "../kernel/image.ts";
import type { Crash } from "../kernel/kernel.ts";
import type { Process } from "../kernel/process.ts";
import { LIVELOCK_CALLS, RunState } from "../kernel/run-state.ts";
import { Cable } from "../link/cable.ts";
import type { LinkOptions } from "../link/options.ts";
import type { Rule } from "../link/rules.ts";
import { Segment } from "../link/segment.ts";
import { Serial, type SerialOptions } from "../link/serial.ts";
import { autoroute } from "./autoroute.ts";
import { parseDuration } from "./duration.ts";
import type { OutsideSource } from "./outside.ts";
import { SHIPPED_PROGRAMS } from "./programs/table.ts";
import { type Progress, RunLoop } from "./run-loop.ts";
import { checkFilter } from "./series-filter.ts";

/** 2026-01-01T00:00:00Z, in ms since 1970: when a world begins unless it is told otherwise. */
const DEFAULT_EPOCH_MS = 1_767_225_600_000;
const DEFAULT_WATCHDOG_MS = 5000;
/** What a hop costs beside its delay where ways are chosen by delay: a nanosecond. */
const HOP_MS = 0.000_001;

/** How a world is made. Everything may be left out. */
/** What a new host gets. */
export interface HostOptions {
  /** How its clock differs from the world's. */
  readonly clock?: ClockOptions;
}

export interface WorldOptions {
  /** Decides every random choice. Default 1. */
  readonly seed?: number | string;
  /**
   * When the world begins, in ms since 1970: what CLOCK_REALTIME counts from. Default 2026-01-01T00:00:00Z, in real time
   * the machine's clock when the world is made.
   */
  readonly epoch?: number;
  /** "virtual": time moves by itself when every process waits. "real": it follows the wall clock. Default "virtual". */
  readonly time?: "virtual" | "real";
  readonly cpu?: {
    /** Virtual time that each system call takes, in ns; calls that answer a promise wait for it. Default 0. */
    readonly perCallNs?: number;
  };
  /** Real time after which a process that holds the clock is named on standard error, in ms. Default 5000. */
  readonly watchdogMs?: number;
  /** Calls at one instant without progress that are reported as a livelock. Default 1,000,000. */
  readonly livelockCalls?: number;
  /** Gets what programs write to descriptors 1 and 2. Default: it is printed, with host and process in front. */
  readonly console?: (output: ConsoleOutput) => void;
}

/** What `world.record()` has seen so far. */
export interface Recording extends Disposable {
  readonly connections: readonly ConnectionSeries[];
}

/** How far a run goes. */
export interface RunOptions {
  /** Virtual time at which to stop: "10s", "250ms", "5min", or nanoseconds. Default: when all processes have ended. */
  readonly until?: string | number;
  /** Called every 200 ms of real time while the run goes on. */
  readonly onProgress?: (progress: Progress) => void;
}

/** What a run has come to. */
export interface RunResult {
  /** Virtual time now, in ns since the world's start. */
  readonly nowNs: number;
  /** The determinism hash: equal runs have equal hashes. */
  readonly hash: string;
  /** Programs that threw, in all runs of this world so far. */
  readonly crashes: readonly Crash[];
  /** Since the world's start. */
  readonly events: number;
  readonly calls: number;
  readonly barriers: number;
}

const LOOPBACK = "127.0.0.1";
const LINK_LOCAL = /^fe[89ab][0-9a-f]:/i;

export class World implements AsyncDisposable {
  readonly seed: number | string;
  readonly epochMs: number;
  /** How kinds of programs are started; the first that accepts a program starts it. */
  readonly runtimes: { add(runtime: ProgramRuntime): void };
  /** What a name server of the world says of names, beside the addresses of hosts: `world.records.add("b", { type: "MX", … })`. */
  readonly records: NameRecords = new NameRecords();
  readonly #platform: Platform;
  readonly #options: WorldOptions;
  readonly #scheduler: Scheduler = new Scheduler();
  readonly #tracer: Tracer = new Tracer(() => this.#scheduler.nowNs);
  readonly #runState: RunState;
  readonly #loop: RunLoop;
  readonly #runtimes: ProgramRuntime[] = [functionRuntime];
  readonly #hosts: Map<string, Host> = new Map<string, Host>();
  readonly #recorders: Set<SeriesRecorder> = new Set<SeriesRecorder>();
  readonly #links: Map<string, Cable | Segment> = new Map<string, Cable | Segment>();
  readonly #serials: Map<string, Serial> = new Map<string, Serial>();
  readonly #crashes: Crash[] = [];
  #lastMac = 0;
  /** How many results of host.run() are awaited, and the run that goes on for them. */
  #drivers = 0;
  #driven: Promise<void> = Promise.resolve();
  /** Was it begun for them alone? */
  #isForDrivers = false;
  #isClosed = false;

  constructor(options: WorldOptions, platform: Platform) {
    checkOptions(options);
    this.#options = options;
    this.#platform = platform;
    this.seed = options.seed ?? 1;
    this.epochMs = options.epoch ?? (options.time === "real" ? platform.wallMs() : DEFAULT_EPOCH_MS);
    this.#scheduler.hash.mixString(String(this.seed));
    // Runtimes of later comers go before the one that takes any function.
    this.runtimes = { add: (runtime) => this.#runtimes.unshift(runtime) };
    this.#runState = new RunState(this.#scheduler, {
      perCallNs: options.cpu?.perCallNs ?? 0,
      livelockCalls: options.livelockCalls ?? LIVELOCK_CALLS,
    });
    this.#loop = new RunLoop(this.#runState, platform, {
      isRealTime: options.time === "real",
      watchdogMs: options.watchdogMs ?? DEFAULT_WATCHDOG_MS,
      processes: () => this.#processes(),
      crashes: this.#crashes,
    });
  }

  /** Does time move by itself, or does it follow the wall clock? */
  get time(): "virtual" | "real" {
    return this.#options.time ?? "virtual";
  }

  /** Virtual time in ns since the world's start. */
  get nowNs(): number {
    return this.#scheduler.nowNs;
  }

  /** The determinism hash so far: 16 hexadecimal digits. */
  get hash(): string {
    return this.#scheduler.hash.digest();
  }

  /** The hosts, by name, in the order of their making. */
  get hosts(): ReadonlyMap<string, Host> {
    return this.#hosts;
  }

  /** The links, by name, in the order of their making. */
  get links(): ReadonlyMap<string, Cable | Segment> {
    return this.#links;
  }

  /** The serial lines, by name, in the order of their making. */
  get serials(): ReadonlyMap<string, Serial> {
    return this.#serials;
  }

  /** A new machine, with a loopback interface. Throws RangeError: a clock that is none. */
  host(name: string, { clock = {} }: HostOptions = {}): Host {
    this.#checkName("host", name, this.#hosts.has(name));
    const host = new Host({
      machine: this.#machine("host", name, clock),
      runState: this.#runState,
      runtimes: this.#runtimes,
      programs: SHIPPED_PROGRAMS,
      epochMs: this.epochMs,
      worldHosts: () => this.#hostsText(name),
      records: this.records,
      drive: (fail) => this.#drive(fail),
      nextMacAddress: () => 0x02_00_00_00_00_00 + ++this.#lastMac,
      console: (output) => this.#consoleOutput(output),
      onCrash: (crash) => this.#crashes.push(crash),
    });
    this.#hosts.set(name, host);
    for (const recorder of this.#recorders) host.inet.tcp.recorders.add(recorder);
    return host;
  }

  /** An Ethernet broadcast domain with a learning switch. */
  segment(name: string, options: LinkOptions = {}): Segment {
    this.#checkName("link", name, this.#links.has(name) || this.#serials.has(name));
    return this.#addLink(name, new Segment(this.#machine("link", name), options));
  }

  /** A cable with two ends. */
  cable(options: LinkOptions & { readonly name?: string } = {}): Cable {
    const { name = `cable${this.#links.size + 1}`, ...linkOptions } = options;
    this.#checkName("link", name, this.#links.has(name) || this.#serials.has(name));
    return this.#addLink(name, new Cable(this.#machine("link", name), linkOptions));
  }

  /**
   * Gives every host the routes to all networks, along the shortest paths over the hosts that forward: by "hops", the number
   * of links, or by "delay", the sum of the links' `delayMs`. It looks at the world as it is now; call it again when that
   * has changed, and its routes are replaced. Routes that were added by hand go before.
   */
  autoroute({ by = "hops" }: { readonly by?: "hops" | "delay" } = {}): void {
    if (by !== "hops" && by !== "delay") throw new TypeError(`by is "hops" or "delay", not ${JSON.stringify(by)}`);
    const delayMs = (name: string): number => (this.#links.get(name) ?? this.#serials.get(name))?.options.delayMs ?? 0;
    // A hop counts in either case, so that of two ways without delay the shorter one is taken.
    autoroute([...this.#hosts.values()], by === "hops" ? () => 1 : (name) => delayMs(name) + HOP_MS);
  }

  /** A serial line with two ends, for `host.ppp(line, …)`. */
  serial(options: SerialOptions & { readonly name?: string } = {}): Serial {
    const { name = `serial${this.#serials.size + 1}`, ...serialOptions } = options;
    this.#checkName("link", name, this.#links.has(name) || this.#serials.has(name));
    const line = new Serial(this.#machine("link", name), serialOptions);
    this.#serials.set(name, line);
    return line;
  }

  /** Lets a function see each packet that is put on the link and decide what becomes of it; disposing lifts the rule. */
  rule(link: Cable | Segment, rule: Rule): Disposable {
    return link.rule(rule);
  }

  /**
   * Opens a source outside of the world, such as a person's keyboard or a wire of the outer machine. Until it is disposed of
   * the world does not end, and its waiting for more is no deadlock. When the source has something, call `raise()`: `input`
   * is called in the run loop, at the world's present time (in real time: now), once for however many raises there were, and
   * takes what it can place. Meant for worlds in real time; in virtual time the clock runs ahead as long as anything is due.
   */
  outside(name: string, input: () => void): OutsideSource {
    return this.#loop.outside.open(name, input);
  }

  /** Hands each step of what happens to the listener; disposing ends it. */
  trace(listener: TraceListener): Disposable {
    return this.#tracer.subscribe((event) => this.#platform.outside(() => listener(event)));
  }

  /**
   * Records how the congestion window, the round trip and the rate of each TCP connection move, or of those that the filter
   * names: `const series = world.record({ port: 80 })`, and after the run `series.connections[0].points`. `svgSeries()` draws
   * one. Disposing ends it; what was recorded stays. Throws TypeError or RangeError: the filter is none.
   */
  record(filter: SeriesFilter = {}): Recording {
    checkFilter(filter);
    const recorder = new SeriesRecorder(filter);
    this.#recorders.add(recorder);
    for (const host of this.#hosts.values()) host.inet.tcp.recorders.add(recorder);
    return {
      get connections() {
        return recorder.connections;
      },
      [Symbol.dispose]: () => {
        this.#recorders.delete(recorder);
        for (const host of this.#hosts.values()) host.inet.tcp.recorders.delete(recorder);
      },
    };
  }

  /**
   * Runs the world: until that time, or until every process that is not a daemon has ended and what is on its way has
   * arrived (for which it gets a second of virtual time: daemons may send for ever). Rejects with a DeadlockError, LivelockError, HeldClockError or EndOfTimeError; a program that throws is no
   * reason to stop (see `crashes` of the result).
   */
  async run(options: RunOptions = {}): Promise<RunResult> {
    if (this.#isClosed) throw new Error("this world has been closed: make a new one");
    const untilNs = options.until === undefined ? undefined : parseDuration("until", options.until);
    // Who has the result of host.run() may be here before the run that went on for it has ended.
    if (this.#loop.isRunning && this.#isForDrivers && this.#drivers === 0) await this.#driven;
    this.#isForDrivers = false;
    this.#driven = this.#loop.run(untilNs, options.onProgress);
    await this.#driven;
    return this.result();
  }

  /** What the runs so far have come to. */
  result(): RunResult {
    const { events, barriers } = this.#loop;
    const { calls } = this.#runState;
    return { nowNs: this.nowNs, hash: this.hash, crashes: [...this.#crashes], events, calls, barriers };
  }

  /** Ends every process as SIGKILL would, and a run in progress. Nothing runs afterwards. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const process of this.#processes()) process.kill();
    if (this.#loop.isRunning) this.#runState.fail(new Error("the world was closed while it was running"));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Shows each step that goes into the hash, for comparing two runs. */
  set journal(journal: Journal | null) {
    this.#scheduler.journal = journal;
  }

  #addLink<L extends Cable | Segment>(name: string, link: L): L {
    link.onError = (error) => this.#runState.fail(error);
    this.#links.set(name, link);
    return link;
  }

  /** Runs until everybody who asked for it is finished; a run that is in progress serves as well. */
  #drive(fail: (error: unknown) => void): () => void {
    this.#drivers++;
    if (!this.#loop.isRunning) {
      this.#isForDrivers = true;
      this.#driven = this.#loop.run(undefined, undefined, () => this.#drivers === 0);
      this.#driven.catch(() => {});
    }
    this.#driven.catch(fail);
    return () => {
      this.#drivers--;
    };
  }

  /** The hosts and their addresses, as hosts(5) has them, for the host of that name. */
  #hostsText(name: string): string {
    const lines = [...this.#hosts.values()].flatMap((host) => {
      // A link-local address is none without its link, and so has no place in a table that all hosts read.
      const addresses = host.addresses.filter((address) => !LINK_LOCAL.test(address));
      // A host that nobody reaches finds itself, as by the line that /etc/hosts has on Debian.
      const own = addresses.length === 0 && host.name === name ? [LOOPBACK] : addresses;
      return own.map((address) => `${address}\t${host.name}`);
    });
    return lines.map((line) => `${line}\n`).join("");
  }

  #machine(kind: "host" | "link", name: string, clock: ClockOptions = {}): Machine {
    return {
      name,
      scheduler: this.#scheduler,
      clock: new HostClock(this.epochMs, clock),
      tracer: this.#tracer,
      counters: new Counters(),
      sysctl: new Sysctl(),
      random: (purpose) => Prng.stream(this.seed, `${kind}/${name}/${purpose}`),
    };
  }

  #processes(): Process[] {
    return [...this.#hosts.values()].flatMap((host) => [...host.kernel.processes.all()].filter(({ pid }) => pid !== 1));
  }

  #consoleOutput(output: ConsoleOutput): void {
    const { console } = this.#options;
    if (console !== undefined) this.#platform.outside(() => console(output));
    else this.#platform.print(`${output.host} ${output.process}[${output.pid}]: ${output.text}`);
  }

  #checkName(kind: string, name: string, exists: boolean): void {
    if (typeof name !== "string" || !/^[A-Za-z0-9]([A-Za-z0-9_.-]{0,62})$/.test(name)) {
      throw new TypeError(
        `a ${kind} is named with 1 to 63 letters, digits, dots, dashes or underscores, not ${JSON.stringify(name)}`,
      );
    }
    if (exists) throw new Error(`this world has a ${kind} named "${name}" already`);
  }
}

const WORLD_OPTIONS: readonly string[] = ["seed", "epoch", "time", "cpu", "watchdogMs", "livelockCalls", "console"];

function checkOptions(options: WorldOptions): void {
  for (const name of Object.keys(options)) {
    if (!WORLD_OPTIONS.includes(name)) {
      throw new TypeError(`World has no option "${name}"; there are ${WORLD_OPTIONS.join(", ")}`);
    }
  }
  const { seed, epoch, time, cpu, watchdogMs, livelockCalls } = options;
  if (seed !== undefined && typeof seed !== "string" && !Number.isSafeInteger(seed)) {
    throw new TypeError(`seed is an integer or a text, not ${String(seed)}`);
  }
  if (time !== undefined && time !== "virtual" && time !== "real") {
    throw new TypeError(`time is "virtual" or "real", not ${JSON.stringify(time)}`);
  }
  const counts = { epoch, "cpu.perCallNs": cpu?.perCallNs, watchdogMs, livelockCalls };
  for (const [name, value] of Object.entries(counts)) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0)) {
      throw new RangeError(`${name} is a whole number, zero or more, not ${String(value)}`);
    }
  }
}
