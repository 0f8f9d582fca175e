/**
 * A wire between a world and the Linux kernel: a TAP device whose Linux end lies in a network namespace of its own.
 *
 * Order: new Wire() → openTap → the device moves into the namespace and gets its addresses → the world runs until the wire is
 * disposed of. Addresses: Linux has 10.9.0.1 and fd09::1, the host of the world 10.9.0.2 and fd09::2. A Span has Linux at both ends.
 */
import { type ChildProcess, execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { type Host, World, type WorldOptions } from "netloom";
import { joinDevices, openTap, type Tap } from "netloom/tap";
import { type LinuxSide, Namespace, type Outcome } from "./namespace.ts";

/** The options of a link in between. */
type LinkOptions = Parameters<World["cable"]>[0];

export const LINUX = { address: "10.9.0.1", address6: "fd09::1" } as const;
export const NETLOOM = { address: "10.9.0.2", address6: "fd09::2" } as const;

/** Why these suites can't run here; undefined where they can. */
export function whyNot(): string | undefined {
  if (process.platform !== "linux") return `the peer is Linux, and this is ${process.platform}`;
  if (process.getuid?.() !== 0) return "only root may make network namespaces and TAP devices";
  try {
    accessSync("/dev/net/tun", constants.R_OK | constants.W_OK);
  } catch {
    return "there is no /dev/net/tun";
  }
  try {
    const probe = `netloom-probe-${process.pid}`;
    execFileSync("ip", ["netns", "add", probe], { stdio: "pipe" });
    execFileSync("ip", ["netns", "delete", probe], { stdio: "pipe" });
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: Buffer };
    return code === "ENOENT" ? "there is no ip (iproute2)" : `no network namespace can be made: ${stderr}`;
  }
  return undefined;
}

export interface WireOptions {
  readonly world?: WorldOptions;
  /** A link between the host and the device, with these options. */
  readonly link?: LinkOptions;
  /** Linux has the first end of the link: chance deals with what Linux sends as with what the host sends otherwise. */
  readonly isLinuxFirst?: boolean;
  readonly mtu?: number;
  /** The header for offload: large segments, and checksums that are left to the other side. Default true. */
  readonly offload?: boolean;
}

export class Wire implements LinuxSide, AsyncDisposable {
  readonly namespace: Namespace = new Namespace();
  readonly world: World;
  readonly host: Host;
  readonly tap: Tap;
  #running: Promise<unknown> = Promise.resolve();

  constructor({ world, link, isLinuxFirst = false, mtu = 1500, offload = true }: WireOptions = {}) {
    this.world = new World({ time: "real", console: () => {}, ...world });
    this.tap = openTap(this.world, { name: "nltap%d", mtu, offload });
    this.host = this.world.host("netloom");
    // Those that an interface is attached with serve at once, without duplicate detection.
    const addresses = [`${NETLOOM.address}/24`, `${NETLOOM.address6}/64`];
    if (link === undefined) {
      this.host.attach(this.tap, ...addresses);
    } else {
      const cable = this.world.cable(link);
      if (isLinuxFirst) joinDevices(cable.port(), this.tap);
      this.host.attach(cable, ...addresses);
      if (!isLinuxFirst) joinDevices(cable.port(), this.tap);
    }
    this.namespace.take(this.tap.linkName, LINUX, mtu);
  }

  /** Lets the world run, until the wire is disposed of. A world that fails makes the disposal fail. */
  start(): this {
    this.#running = this.world.run();
    this.#running.catch(() => {});
    return this;
  }

  linux(command: string, ...args: string[]): Promise<Outcome> {
    return this.namespace.linux(command, ...args);
  }

  background(command: string, ...args: string[]): ChildProcess {
    return this.namespace.background(command, ...args);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.namespace.end();
    this.tap[Symbol.dispose]();
    for (const { pid } of this.host.ps()) this.host.kernel.processes.get(pid)?.kill();
    try {
      await this.#running;
    } finally {
      await this.world.close();
      this.namespace[Symbol.dispose]();
    }
  }
}

/** Two namespaces, with a link of a world in between: Linux to Linux, under the same impairments. */
export class Span implements AsyncDisposable {
  readonly near: Namespace = new Namespace();
  readonly far: Namespace = new Namespace();
  readonly #world: World;
  readonly #taps: readonly Tap[];
  readonly #running: Promise<unknown>;

  constructor(link: LinkOptions, world: WorldOptions = {}) {
    this.#world = new World({ time: "real", console: () => {}, ...world });
    const cable = this.#world.cable(link);
    const ends = [
      [this.near, LINUX],
      [this.far, NETLOOM],
    ] as const;
    this.#taps = ends.map(([namespace, addresses]) => {
      const tap = openTap(this.#world, { name: "nltap%d" });
      joinDevices(cable.port(), tap);
      namespace.take(tap.linkName, addresses, 1500);
      return tap;
    });
    this.#running = this.#world.run();
    this.#running.catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const namespace of [this.near, this.far]) namespace.end();
    for (const tap of this.#taps) tap[Symbol.dispose]();
    try {
      await this.#running;
    } finally {
      await this.#world.close();
      for (const namespace of [this.near, this.far]) namespace[Symbol.dispose]();
    }
  }
}
