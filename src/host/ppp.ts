/**
 * PPP at a host: an interface on a serial line, whose addresses and routes come and go with the link.
 *
 * Read first: pppd(8); link/ppp/ppp.ts. Order: host.ppp() → connect() → the device negotiates → networkUp() → addresses, and the
 * default route where it is asked for; networkDown() takes them away. The interface itself stays up: without a link it
 * has no carrier.
 */
import type { Machine } from "../base/machine.ts";
import type { Inet } from "../inet/inet.ts";
import type { NetworkUp } from "../link/ppp/ipcp.ts";
import { type PppOptions, resolvePpp } from "../link/ppp/options.ts";
import { PppDevice, type PppSnapshot } from "../link/ppp/ppp.ts";
import type { Serial } from "../link/serial.ts";
import type { Interface } from "../netif/interface.ts";

/** One end of a PPP link, as a scenario sees it. */
export class PppConnection {
  readonly interface: Interface;
  readonly #device: PppDevice;

  constructor(attached: Interface, device: PppDevice) {
    this.interface = attached;
    this.#device = device;
  }

  /** Can packets be sent: is a network protocol open? */
  get up(): boolean {
    return this.#device.carrier;
  }

  /** Takes the link down politely. It stays down until open(). */
  close(): void {
    this.#device.setWanted(false);
  }

  /** Lets a link that was closed come up again. */
  open(): void {
    this.#device.setWanted(true);
  }

  /** Phase, states of the protocols, addresses, as data. */
  snapshot(): PppSnapshot {
    return this.#device.snapshot();
  }
}

/** Puts an interface on an end of the line and lets it negotiate. Throws for options that are none, or a third end. */
export function connect(
  machine: Machine,
  inet: Inet,
  line: Serial,
  options: PppOptions,
  attach: (device: PppDevice) => Interface,
): PppConnection {
  const addresses = new PppAddresses(inet, options.defaultRoute ?? false);
  const device = new PppDevice(machine, line.end(), resolvePpp(options), addresses);
  const connection = new PppConnection(attach(device), device);
  addresses.through = connection.interface;
  return connection;
}

class PppAddresses {
  through: Interface | null = null;
  readonly #inet: Inet;
  readonly #defaultRoute: boolean;

  constructor(inet: Inet, defaultRoute: boolean) {
    this.#inet = inet;
    this.#defaultRoute = defaultRoute;
  }

  networkUp({ family, local, remote }: NetworkUp): void {
    if (this.through === null) return;
    if (family === 6) {
      // RFC 5072 §5: the two have agreed on it, so nobody needs to be asked whether it is free.
      this.#inet.addAddress(this.through, `${local}/64`, true);
      return;
    }
    this.#inet.addPeerAddress(this.through, local, remote);
    if (this.#defaultRoute) this.#inet.addRoute({ to: "default", through: this.through });
  }

  networkDown({ family, local }: NetworkUp): void {
    if (this.through === null) return;
    if (family === 4 && this.#defaultRoute) this.#inet.deleteRoute({ to: "default", through: this.through });
    this.#inet.deleteAddress(this.through, local.toString());
  }
}
