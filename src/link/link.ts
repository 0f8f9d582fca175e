/**
 * What all links can do, whatever their form: change options, take rules, be cut, and say what happened.
 *
 * Everything that is switched on by a call that answers a Disposable is switched off by disposing of it; doing so twice
 * does nothing. Of two cuts that overlap, both have to be lifted.
 */
import type { Machine } from "../base/machine.ts";
import type { Device } from "./device.ts";
import { Medium } from "./medium.ts";
import { type LinkOptions, type ResolvedOptions, show } from "./options.ts";
import { type Exchange, Port } from "./port.ts";
import type { Rule } from "./rules.ts";
import type { PortSnapshot } from "./statistics.ts";

/** A link at one moment, as plain data. */
export interface LinkSnapshot {
  readonly name: string;
  readonly up: boolean;
  readonly options: ResolvedOptions;
  readonly ports: readonly PortSnapshot[];
}

export abstract class Link {
  protected readonly medium: Medium;
  protected readonly ports: Port[] = [];

  constructor(machine: Machine, options: LinkOptions = {}) {
    this.medium = new Medium(machine, options);
  }

  get name(): string {
    return this.medium.machine.name;
  }

  /** All options as they are now. */
  get options(): ResolvedOptions {
    return this.medium.options;
  }

  /** False while the link is cut. */
  get up(): boolean {
    return this.medium.cuts === 0;
  }

  /** Told of every rule that fails. It is called from the ready queue; without it the error ends the run. */
  set onError(listener: (error: Error) => void) {
    this.medium.onError = listener;
  }

  /** A new end, for one interface to open. */
  abstract port(): Device;

  /**
   * Changes the options that are given, from now on. Frames under way, and one whose bits are leaving, keep what they
   * had. Throws as the constructor does, and then has changed nothing.
   */
  set(options: LinkOptions): void {
    this.medium.set(options);
  }

  /** Lets the rule judge every frame that is put on the link from now on, after those installed before. */
  rule(rule: Rule): Disposable {
    if (typeof rule !== "function") {
      throw new TypeError(`link "${this.name}": the rule is ${show(rule)}; allowed is a function of a packet`);
    }
    // The same function may be installed twice; each installation is lifted for itself.
    const installed: Rule = (packet) => rule(packet);
    this.medium.rules = [...this.medium.rules, installed];
    return lifting(() => {
      this.medium.rules = this.medium.rules.filter((other) => other !== installed);
    });
  }

  /**
   * Cuts the link for everybody. Frames are lost that leave, or would arrive, while it is cut, and interfaces show that
   * they have no carrier.
   */
  cut(): Disposable {
    this.medium.cuts++;
    this.#tellCarrier();
    return lifting(() => {
      this.medium.cuts--;
      this.#tellCarrier();
    });
  }

  /** The same for one port of this link. */
  disconnect(device: Device): Disposable {
    const port = this.portOf(device);
    port.disconnections++;
    port.tellCarrier();
    return lifting(() => {
      port.disconnections--;
      port.tellCarrier();
    });
  }

  snapshot(): LinkSnapshot {
    const ports = this.ports.map((port) => port.statistics.snapshot(port.label, this.inFlight(port)));
    return { name: this.name, up: this.up, options: this.options, ports };
  }

  /** Frames from that port on the wire, and those that wait in the link to come out at it. */
  protected inFlight(port: Port): number {
    return port.inFlight;
  }

  protected addPort(exchange: Exchange): Port {
    const port = new Port(this.medium, this.ports.length + 1, exchange);
    this.ports.push(port);
    return port;
  }

  #tellCarrier(): void {
    for (const port of this.ports) port.tellCarrier();
  }

  protected portOf(device: Device): Port {
    const port = this.ports.find((candidate) => candidate === device);
    if (port === undefined) throw new TypeError(`link "${this.name}": that device is on link "${device.linkName}"`);
    return port;
  }
}

/** Undoes once. */
export function lifting(undo: () => void): Disposable {
  let lifted = false;
  return {
    [Symbol.dispose]: () => {
      if (lifted) return;
      lifted = true;
      undo();
    },
  };
}
