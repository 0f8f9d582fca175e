/**
 * The interface layer of one host, put together: its interfaces, its neighbour table, its protocol queue, and the table
 * of who takes packets of which EtherType.
 *
 * Read first: 4.4BSD's net/if.c and net/if_ethersubr.c. Down: a network protocol calls output() of netif/output.ts.
 * Up: interface.receive() → netif/input.ts → the protocol queue → the function that the protocol has registered here.
 * This folder knows neither sockets nor Internet protocols.
 */
import type { Machine } from "../base/machine.ts";
import { input } from "./input.ts";
import { InterfaceTable } from "./interface-table.ts";
import { NeighbourTable } from "./neighbour-table.ts";
import { type NetworkInput, ProtocolQueue } from "./protocol-queue.ts";

export class Netif {
  readonly machine: Machine;
  readonly interfaces: InterfaceTable;
  readonly neighbours: NeighbourTable;
  readonly protocolQueue: ProtocolQueue;
  readonly #inputs: Map<number, NetworkInput> = new Map<number, NetworkInput>();

  constructor(machine: Machine) {
    this.machine = machine;
    this.interfaces = new InterfaceTable(machine, (packet, from) => input(this, packet, from));
    this.neighbours = new NeighbourTable(machine);
    this.protocolQueue = new ProtocolQueue(machine);
    this.interfaces.subscribe((changed, change) => {
      if (change === "down" || change === "detach") this.neighbours.flush(changed);
    });
  }

  /** From now on packets of this EtherType go to this function. */
  register(etherType: number, networkInput: NetworkInput): void {
    this.#inputs.set(etherType, networkInput);
  }

  inputFor(etherType: number): NetworkInput | undefined {
    return this.#inputs.get(etherType);
  }
}
