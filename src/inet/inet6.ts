/**
 * IPv6 of one host, put together: what ip6/, icmp6/, nd/ and mld/ need of one another, and their places in the interface layer.
 *
 * Read first: ip6/ip6.ts, nd/nd.ts. inet.ts calls attachIpv6() once.
 */
import { IPPROTO_ICMPV6 } from "../abi/socket.ts";
import { ETHERTYPE_IPV6 } from "../wire/ethernet.ts";
import * as icmpv6 from "../wire/icmpv6.ts";
import { ErrorLimit } from "./icmp/limit.ts";
import * as icmp6Input from "./icmp6/input.ts";
import * as icmp6Output from "./icmp6/output.ts";
import type { Ip } from "./ip/ip.ts";
import { input } from "./ip6/input.ts";
import { Reassembly6 } from "./ip6/reassembly.ts";
import { MulticastListener } from "./mld/mld.ts";
import * as ndInput from "./nd/input.ts";
import { NeighbourDiscovery } from "./nd/nd.ts";
import { solicit } from "./nd/output.ts";
import { sendRedirect } from "./nd/redirect.ts";

const NS_PER_MS = 1_000_000;
const PORT_UNREACHABLE = { kind: "destination-unreachable", code: icmpv6.PORT_UNREACHABLE } as const;
const ADDRESS_UNREACHABLE = { kind: "destination-unreachable", code: icmpv6.ADDRESS_UNREACHABLE } as const;

/** What the rest of the host has to do with IPv6. */
export interface Inet6 {
  readonly discovery: NeighbourDiscovery;
  readonly reassembly: Reassembly6;
}

export function attachIpv6(ip: Ip): Inet6 {
  const { netif, v6 } = ip;
  const { icmpMessagesPerSecond, icmpMessagesBurst } = ip.settings;
  const limit = new ErrorLimit({
    icmpRateMask: { value: -1 },
    icmpMessagesPerSecond,
    icmpMessagesBurst,
    get icmpRateLimitNs(): number {
      return v6.settings.icmpRateLimit.value * NS_PER_MS;
    },
  });
  const reassembly = new Reassembly6(ip);
  const listener = new MulticastListener(ip);
  const discovery = new NeighbourDiscovery(ip);
  const others: icmp6Input.Others = {
    neighbourDiscovery: (packet, arrival) => ndInput.input(discovery, packet, arrival),
    multicastListener: (packet, arrival) => listener.input(packet, arrival),
  };
  netif.register(ETHERTYPE_IPV6, (packet, from, kind) => input(ip, reassembly, packet, from, kind));
  ip.register(IPPROTO_ICMPV6, (packet, arrival) => icmp6Input.input(ip, others, packet, arrival), 6);
  v6.sendError = (packet, kind, message, from) => icmp6Output.error(ip, limit, packet, kind, message, from);
  v6.sendRedirect = (packet, through, nextHop) => sendRedirect(ip, limit, packet, through, nextHop);
  netif.neighbours.registerSolicitor(6, (through, target, unicastTo) => solicit(ip, through, target, unicastTo));
  // RFC 4443 §3.1: what could not be handed to the last hop is answered, to ourselves too.
  netif.neighbours.onUnreachable(6, (packet) => v6.sendError(packet, "host", ADDRESS_UNREACHABLE, null));
  const portUnreachable4 = ip.portUnreachable;
  ip.portUnreachable = (packet, arrival) => {
    if (arrival.destination.family === 4) portUnreachable4(packet, arrival);
    else v6.sendError(packet, arrival.frameKind, PORT_UNREACHABLE, arrival.through);
  };
  return { discovery, reassembly };
}
