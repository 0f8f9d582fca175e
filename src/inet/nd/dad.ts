/**
 * Duplicate address detection: nobody uses an address before the link was asked whether somebody has it.
 *
 * Read first: RFC 4862 §5.4, net.ipv6.conf.*.dad_transmits; Linux's addrconf_dad_start. An address is "tentative" while this asks, then
 * "preferred", or "dadfailed" when somebody answers or asks the same. Optimistic detection (RFC 4429) is not done.
 * Order: begin() → [a random delay] → probe … probe → done(); input.ts calls duplicate().
 */
import { TimedEvent } from "../../base/event-queue.ts";
import type { Prng } from "../../base/prng.ts";
import type { InterfaceAddress } from "../ip/addresses.ts";
import type { Ip } from "../ip/ip.ts";
import { probe } from "./output.ts";

const NS_PER_SECOND = 1_000_000_000;
/** RetransTimer of RFC 4861 §10. */
const RETRANS_NS = NS_PER_SECOND;

interface Run {
  readonly timer: TimedEvent;
  probesLeft: number;
}

export class DuplicateDetection {
  readonly #ip: Ip;
  readonly #random: Prng;
  readonly #runs: Map<InterfaceAddress, Run> = new Map<InterfaceAddress, Run>();
  /** Is told of each address that is ours now, and of each that is another's. */
  onEnd: (address: InterfaceAddress, isOurs: boolean) => void = () => {};

  constructor(ip: Ip) {
    this.#ip = ip;
    this.#random = ip.machine.random("duplicate address detection");
  }

  /** Starts with an address, which is tentative from now on unless there is nothing to ask. */
  begin(address: InterfaceAddress): void {
    const { dad_transmits, accept_dad, router_solicitation_delay } = this.#ip.v6.settings.interfaces.of(
      address.through,
    );
    this.cancel(address);
    if (dad_transmits.value === 0 || accept_dad.value === 0 || address.through.isLoopback) {
      this.#end(address, true);
      return;
    }
    this.#enter(address, "tentative");
    const run = { timer: new TimedEvent("duplicate detection", () => this.#step(address), true), probesLeft: 0 };
    run.probesLeft = dad_transmits.value;
    this.#runs.set(address, run);
    // RFC 4862 §5.4.2: hosts that start together do not all ask at once.
    const delayNs = this.#random.below(router_solicitation_delay.value * NS_PER_SECOND + 1);
    this.#ip.machine.scheduler.after(run.timer, delayNs);
  }

  /** The address is gone, or its interface is down. */
  cancel(address: InterfaceAddress): void {
    const run = this.#runs.get(address);
    if (run?.timer.queued) this.#ip.machine.scheduler.events.cancel(run.timer);
    this.#runs.delete(address);
  }

  /** Another host has the address, or is about to take it. */
  duplicate(address: InterfaceAddress): void {
    if (!this.#runs.has(address)) return;
    this.cancel(address);
    this.#ip.machine.counters.bump("Ip6DuplicateAddresses");
    this.#end(address, false);
  }

  #step(address: InterfaceAddress): void {
    const run = this.#runs.get(address);
    if (run === undefined) return;
    if (run.probesLeft === 0) {
      this.#runs.delete(address);
      this.#end(address, true);
      return;
    }
    run.probesLeft--;
    probe(this.#ip, address.through, address.address);
    this.#ip.machine.scheduler.after(run.timer, RETRANS_NS);
  }

  #end(address: InterfaceAddress, isOurs: boolean): void {
    const isDeprecated = address.preferredUntilNs <= this.#ip.machine.scheduler.nowNs;
    this.#enter(address, isOurs ? (isDeprecated ? "deprecated" : "preferred") : "dadfailed");
    this.onEnd(address, isOurs);
  }

  #enter(address: InterfaceAddress, state: InterfaceAddress["state"]): void {
    if (address.state !== state) this.#ip.addresses.setState(address, state);
    const { machine } = this.#ip;
    if (!machine.tracer.on) return;
    const detail = { interface: address.through.name, address: address.address.toString(), state };
    machine.tracer.emit(machine.name, { step: "inet/nd/address", ...detail });
  }
}
