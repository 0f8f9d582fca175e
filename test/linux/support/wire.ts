/**
 * A wire between a world and the Linux kernel: a TAP device whose Linux end lies in a network namespace of its own.
 *
 * Order: wire() → openTap → the device moves into the namespace and gets its addresses → the world runs until the wire is
 * disposed of. Addresses: Linux has 10.9.0.1 and fd09::1, the host of the world 10.9.0.2 and fd09::2.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { type Host, World, type WorldOptions } from "netloom";
import { joinDevices, openTap, type Tap } from "netloom/tap";

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

/** What a command of the Linux side came to. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface WireOptions {
  readonly world?: WorldOptions;
  /** A link between the host and the device, with these options. */
  readonly link?: LinkOptions;
  readonly mtu?: number;
}

let namespaces = 0;

export class Wire implements AsyncDisposable {
  readonly namespace: string = `netloom-${process.pid}-${++namespaces}`;
  readonly world: World;
  readonly host: Host;
  readonly tap: Tap;
  readonly #children: Set<ChildProcess> = new Set();
  #running: Promise<unknown> = Promise.resolve();

  constructor({ world, link, mtu = 1500 }: WireOptions = {}) {
    execFileSync("ip", ["netns", "add", this.namespace]);
    this.world = new World({ time: "real", console: () => {}, ...world });
    this.tap = openTap(this.world, { name: "nltap%d", mtu });
    this.host = this.world.host("netloom");
    // Those that an interface is attached with serve at once, without duplicate detection.
    const addresses = [`${NETLOOM.address}/24`, `${NETLOOM.address6}/64`];
    if (link === undefined) {
      this.host.attach(this.tap, ...addresses);
    } else {
      const cable = this.world.cable(link);
      this.host.attach(cable, ...addresses);
      joinDevices(cable.port(), this.tap);
    }
    const device = this.tap.linkName;
    execFileSync("ip", ["link", "set", device, "netns", this.namespace]);
    for (const command of [
      "link set lo up",
      `address add ${LINUX.address}/24 dev ${device}`,
      // Without duplicate detection, the address serves at once.
      `address add ${LINUX.address6}/64 dev ${device} nodad`,
      `link set ${device} mtu ${mtu} up`,
    ]) {
      execFileSync("ip", ["-n", this.namespace, ...command.split(" ")]);
    }
  }

  /** Lets the world run, until the wire is disposed of. A world that fails makes the disposal fail. */
  start(): this {
    this.#running = this.world.run();
    this.#running.catch(() => {});
    return this;
  }

  /** Runs a command in the namespace to its end; its exit status is part of the outcome. */
  linux(command: string, ...args: string[]): Promise<Outcome> {
    return new Promise((resolve) => {
      const child = execFile(
        "ip",
        ["netns", "exec", this.namespace, command, ...args],
        { maxBuffer: 1 << 26 },
        (_error, stdout, stderr) => {
          this.#children.delete(child);
          resolve({ status: child.exitCode ?? -1, stdout, stderr });
        },
      );
      this.#children.add(child);
    });
  }

  /** Starts a program in the namespace that goes on; it is ended with the wire. */
  background(command: string, ...args: string[]): ChildProcess {
    const child = spawn("ip", ["netns", "exec", this.namespace, command, ...args], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#children.add(child);
    child.once("exit", () => this.#children.delete(child));
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill("SIGKILL");
    this.tap[Symbol.dispose]();
    for (const { pid } of this.host.ps()) this.host.kernel.processes.get(pid)?.kill();
    try {
      await this.#running;
    } finally {
      await this.world.close();
      execFileSync("ip", ["netns", "delete", this.namespace]);
    }
  }
}
