/**
 * Channel: one mechanism of interprocess communication, as the experiments see it.
 *
 * An experiment lets two processes talk over a channel and looks at what happens; what it saw is the cell of the table
 * (`netloom explain`). A mechanism joins the table with a Channel; it says how two processes come by their ends, and
 * the experiments, which are the same for all, find out the rest. Where they do not fit, the channel brings its own. What is
 * no channel at all, as memory, is a Study (study.ts).
 */
import { type Host, type LinkOptions, type MechanismGroup, type Property, type Sys, World } from "netloom";

/** What a process has of a channel. */
export interface End {
  readonly sys: Sys;
  /** Waits until it is sent. */
  send(data: Uint8Array): Promise<unknown>;
  /** Waits for something; nothing at the end of a stream. */
  receive(room: number): Promise<Uint8Array>;
  /** Sends if that needs no waiting; false when it would. */
  trySend(data: Uint8Array): Promise<boolean>;
}

export type Role = (end: End) => Promise<void>;

/** Where an experiment takes place. Both hosts are the same one for what does not leave a host. */
export interface Scene {
  readonly world: World;
  readonly first: Host;
  readonly second: Host;
}

/** What was seen, in few words, and what to add. */
export interface Finding {
  readonly value: string;
  readonly detail?: string;
}

/** A call that may wait, and a scene in which nothing but that happens: the program on the first host waits in it. */
export interface Waiting {
  readonly call: string;
  readonly when: string;
  readonly scene: (scene: Scene) => void;
}

export interface Channel {
  /** As `netloom explain NAME` has it. */
  readonly name: string;
  readonly title: string;
  readonly group: MechanismGroup;
  readonly manual: string;
  readonly summary: string;
  /** What it looks like, in a few lines. */
  readonly drawing: string;
  /** Does it reach other hosts? */
  readonly isNetwork?: boolean;
  /** Gives two processes an end each and lets them act; in a simplex channel the first one sends. */
  open(scene: Scene, first: Role, second: Role): void;
  /**
   * How processes find it. With `make` and `join`, an unrelated process must reach by that name what another has made;
   * without, ends are inherited.
   */
  readonly addressing: {
    readonly text: string;
    readonly make?: (sys: Sys) => Promise<unknown>;
    readonly join?: (sys: Sys) => Promise<unknown>;
  };
  /** Must two parties be connected before they talk? */
  connection(): Promise<Finding>;
  /** Experiments in place of the general ones; null where the question makes no sense. */
  readonly own?: Partial<Record<Property, (() => Promise<Finding>) | null>>;
  /** What fills it: messages of so many bytes, and what to call the result. */
  readonly capacity?: {
    readonly unitBytes: number;
    readonly of: string;
    /** What finds no room is lost, so what is left for a late receiver is counted. */
    readonly isLossy?: boolean;
  };
  /** When a receiver and a sender wait, if not "there is nothing to receive" and "there is no room". */
  readonly waitsToReceive?: string;
  readonly waitsToSend?: string;
  /** Calls that wait, beside those that wait for room and for something to come. */
  readonly waits?: readonly Waiting[];
}

/** A world with one host, or two on a cable for a network. */
export function scene(isNetwork: boolean = false, link: LinkOptions = { delayMs: 1 }): Scene {
  const world = new World({ console: () => {} });
  const first = world.host("alice");
  if (!isNetwork) return { world, first, second: first };
  const second = world.host("bob");
  const cable = world.cable(link);
  first.attach(cable, "10.0.0.1/24", "fd00::1/64");
  second.attach(cable, "10.0.0.2/24", "fd00::2/64");
  return { world, first, second };
}

/** Runs programs to the end of the world, or until that time; a program that throws makes this throw. */
export async function play({ world }: Scene, until?: string): Promise<void> {
  const { crashes } = await world.run(until === undefined ? {} : { until });
  if (crashes[0] !== undefined) throw crashes[0].error;
}

/** The errno of what a program's call throws; "" when it does not throw. */
export async function errnoOf(call: () => unknown): Promise<string> {
  try {
    await call();
    return "";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

/** Runs one program on a host of its own, and gives what it finds. */
export async function observe<T>(program: (sys: Sys) => Promise<T>): Promise<T> {
  const found: T[] = [];
  const stage = scene();
  stage.first.spawn("observer", async (sys) => {
    found.push(await program(sys));
  });
  await play(stage, "10s");
  if (found.length === 0) throw new Error("the observer did not come to its end");
  return found[0] as T;
}

/** Lets a call that would wait answer EAGAIN; false when it did. */
export async function unlessFull(call: () => Promise<unknown>): Promise<boolean> {
  const code = await errnoOf(call);
  if (code === "") return true;
  if (code === "EAGAIN") return false;
  throw new Error(`a call that was to be tried failed: ${code}`);
}
