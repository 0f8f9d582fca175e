/**
 * Redirects: a router tells a host on its link of a better first hop.
 *
 * Read first: RFC 4861 §8; net.ipv6.conf.*.accept_redirects, Linux's rt6_do_redirect and ndisc_send_redirect.
 */
import type { Interface } from "../../netif/interface.ts";
import { ETHERTYPE_IPV6 } from "../../wire/ethernet.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import * as ipv6 from "../../wire/ipv6.ts";
import type * as nd from "../../wire/nd.ts";
import type { Option } from "../../wire/nd-option.ts";
import type { Packet } from "../../wire/packet.ts";
import type { ErrorLimit } from "../icmp/limit.ts";
import type { Arrival, Ip } from "../ip/ip.ts";
import { Network } from "../ip/network.ts";
import { send } from "./output.ts";

/** Anyone on the link can send them: so many destinations are remembered, the latest. */
const REDIRECTS_MAX = 256;
const HEADERS_BYTES = ipv6.HEADER_LENGTH + 40 + 8 + 8;

interface Redirected {
  readonly network: Network;
  readonly through: Interface;
  readonly target: IpAddress;
}

type RedirectMessage = Extract<nd.Message, { readonly kind: "redirect" }>;

export class Redirects {
  readonly #ip: Ip;
  readonly #redirected: Redirected[] = [];

  constructor(ip: Ip) {
    this.#ip = ip;
  }

  /** A redirect has come. False: it is not to be believed (§8.1). */
  take(arrival: Arrival, through: Interface, message: RedirectMessage): boolean {
    const { target, destination } = message;
    const isOnLink = target.equals(destination);
    if (!arrival.source.isLinkLocal || destination.isMulticast || !(target.isLinkLocal || isOnLink)) return false;
    if (this.#ip.v6.settings.interfaces.of(through).accept_redirects.value === 0) return false;
    // Only the router that we use for the destination now may send us elsewhere.
    const route = this.#ip.routes.lookup(destination, through);
    if (typeof route === "string" || !(route.gateway?.equals(arrival.source) ?? false)) return false;
    this.#learnLink(through, target, message.options, !isOnLink);
    const network = new Network({ address: destination, prefixLength: 128 });
    this.#forget((known) => known.network.equals(network));
    if (this.#redirected.length >= REDIRECTS_MAX) this.#forget((known) => known === this.#redirected[0]);
    const gateway = isOnLink ? null : target;
    const added = this.#ip.routes.add({ network, gateway, through, source: null, metric: 0, protocol: "redirect" });
    if (added === 0) this.#redirected.push({ network, through, target });
    return true;
  }

  /** §7.3.3: nobody answers there any more, so traffic goes back to the routers. */
  failed(through: Interface, target: IpAddress): void {
    this.#forget((known) => known.through === through && known.target.equals(target));
  }

  flush(through: Interface): void {
    this.#forget((known) => known.through === through);
  }

  #learnLink(through: Interface, target: IpAddress, options: readonly Option[], isRouter: boolean): void {
    const link = options.find((option) => option.kind === "target-link-address");
    if (link === undefined) return;
    const { neighbours } = this.#ip.netif;
    neighbours.learn(through, target, link.macAddress, { create: true, confirmed: false, etherType: ETHERTYPE_IPV6 });
    const neighbour = neighbours.get(through, target);
    if (neighbour !== undefined && isRouter) neighbour.isRouter = true;
  }

  #forget(isGone: (known: Redirected) => boolean): void {
    for (const gone of this.#redirected.filter(isGone)) {
      this.#redirected.splice(this.#redirected.indexOf(gone), 1);
      this.#ip.routes.delete(gone.network, { through: gone.through, protocol: "redirect" });
    }
  }
}

/** §8.2: a packet that is forwarded goes out where it came in, so its sender has a better first hop. */
export function sendRedirect(ip: Ip, limit: ErrorLimit, packet: Packet, through: Interface, nextHop: IpAddress): void {
  const { view, start } = packet;
  const [source, destination] = [ipv6.source(view, start), ipv6.destination(view, start)];
  if (!isNeighbour(ip, through, source) || !(nextHop.isLinkLocal || nextHop.equals(destination))) return;
  const own = ip.addresses.list().find((address) => address.through === through && isLinkLocalOfOurs(address));
  if (own === undefined || limit.refuses(source, ip.machine.scheduler.nowNs) !== null) return;
  const known = ip.netif.neighbours.get(through, nextHop)?.macAddress ?? -1;
  const link: readonly Option[] = known < 0 ? [] : [{ kind: "target-link-address", macAddress: known }];
  packet.completeChecksum();
  const quoted = new Uint8Array(Math.min(packet.length, ipv6.MTU_MIN - HEADERS_BYTES) & ~7);
  packet.copyTo(quoted);
  const options: readonly Option[] = [...link, { kind: "redirected", packet: quoted }];
  send(ip, through, own.address, source, { kind: "redirect", target: nextHop, destination, options });
}

function isNeighbour(ip: Ip, through: Interface, source: IpAddress): boolean {
  const route = ip.routes.lookup(source, through);
  return typeof route !== "string" && route.gateway === null;
}

function isLinkLocalOfOurs({ address, state }: { readonly address: IpAddress; readonly state: string }): boolean {
  return address.isLinkLocal && state === "preferred";
}
