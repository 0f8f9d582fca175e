/**
 * What a scenario sets at an interface while the world runs: `ip link set`, `ip address add`, `tc qdisc replace`.
 *
 * Read first: ip-link(8), tc(8). Errors name the host and the interface.
 */
import { ERRNO_TEXT } from "../abi/errno.ts";
import type { Interface } from "../netif/interface.ts";
import type { InterfaceTable } from "../netif/interface-table.ts";
import type { QdiscOptions } from "../netif/qdisc/options.ts";

/** What is to be changed; the rest stays. */
export interface InterfaceOptions {
  readonly up?: boolean;
  /** From 68 to what the link carries. */
  readonly mtu?: number;
  readonly qdisc?: QdiscOptions;
  /**
   * Segmentation offload, as `ethtool -K eth0 tso on gro on`: large segments pass whole where the device takes them. With
   * false each segment is a packet of its own. Default true.
   */
  readonly offload?: boolean;
}

/** The interface with that name. Throws an Error that lists those that there are. */
export function interfaceNamed(hostName: string, table: InterfaceTable, named: string | Interface): Interface {
  if (typeof named !== "string") return named;
  const found = table.get(named);
  if (found !== undefined) return found;
  const names = table.list().map(({ name }) => name);
  throw new Error(`${hostName}: there is no interface ${JSON.stringify(named)}; there are ${names.join(", ")}`);
}

/** Throws an Error or RangeError for a value that is none, before anything has changed. */
export function configure(
  hostName: string,
  table: InterfaceTable,
  changed: Interface,
  { up, mtu, qdisc, offload }: InterfaceOptions,
): void {
  if (mtu !== undefined) {
    const result = table.setMtu(changed, mtu);
    if (result !== 0) {
      const allowed = `allowed is a whole number from 68 to ${changed.device.mtu}, what the link carries`;
      throw new RangeError(`${hostName}: ${changed.name} can't have the mtu ${mtu}: ${ERRNO_TEXT[result]}; ${allowed}`);
    }
  }
  if (offload !== undefined) changed.offload = offload;
  if (qdisc !== undefined) changed.setQdisc(qdisc);
  if (up !== undefined) table.setUp(changed, up);
}
