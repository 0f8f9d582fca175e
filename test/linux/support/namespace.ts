/**
 * A network namespace of Linux with one TAP device in it, and the programs that run there.
 *
 * Order: new Namespace() → take(device) gives it a device with its addresses → linux(), background() → disposed of, with what still runs.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";

/** What a command of the Linux side came to. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where programs of Linux run. */
export interface LinuxSide {
  /** Runs a command to its end; its exit status is part of the outcome. */
  linux(command: string, ...args: string[]): Promise<Outcome>;
  /** Starts a program that goes on; it is ended with the namespace. */
  background(command: string, ...args: string[]): ChildProcess;
}

/** The addresses of a device, which have prefixes of 24 and 64 bits. */
export interface Addresses {
  readonly address: string;
  readonly address6: string;
}

let namespaces = 0;

export class Namespace implements LinuxSide, Disposable {
  readonly name: string = `netloom-${process.pid}-${++namespaces}`;
  readonly #children: Set<ChildProcess> = new Set();

  constructor() {
    execFileSync("ip", ["netns", "add", this.name]);
  }

  /** Moves a device in, and brings it up. */
  take(device: string, { address, address6 }: Addresses, mtu: number): void {
    execFileSync("ip", ["link", "set", device, "netns", this.name]);
    for (const command of [
      "link set lo up",
      `address add ${address}/24 dev ${device}`,
      // Without duplicate detection, the address serves at once.
      `address add ${address6}/64 dev ${device} nodad`,
      `link set ${device} mtu ${mtu} up`,
    ]) {
      execFileSync("ip", ["-n", this.name, ...command.split(" ")]);
    }
  }

  linux(command: string, ...args: string[]): Promise<Outcome> {
    return new Promise((resolve) => {
      const child = execFile(
        "ip",
        ["netns", "exec", this.name, command, ...args],
        { maxBuffer: 1 << 26 },
        (_error, stdout, stderr) => {
          this.#children.delete(child);
          resolve({ status: child.exitCode ?? -1, stdout, stderr });
        },
      );
      this.#children.add(child);
    });
  }

  background(command: string, ...args: string[]): ChildProcess {
    const child = spawn("ip", ["netns", "exec", this.name, command, ...args], { stdio: ["pipe", "pipe", "inherit"] });
    this.#children.add(child);
    child.once("exit", () => this.#children.delete(child));
    return child;
  }

  /** Ends what runs in it. It can't be deleted while a device of a running world is in use there, so that comes last. */
  end(): void {
    for (const child of this.#children) child.kill("SIGKILL");
  }

  [Symbol.dispose](): void {
    this.end();
    execFileSync("ip", ["netns", "delete", this.name]);
  }
}
