/**
 * What programs ask a netlink socket for, and what they say to it: the records of ioctl(2) on one (host/netlink.ts).
 * Read first: rtnetlink(7).
 */
import type { RTM_GETADDR, RTM_GETLINK, RTM_GETNEIGH, RTM_GETROUTE } from "../../abi/netlink.ts";
import type { AddressSnapshot } from "../../inet/ip/addresses.ts";
import type { RefusalKind, RouteSnapshot } from "../../inet/ip/route.ts";
import type { InterfaceSnapshot } from "../../netif/interface-table.ts";
import type { NeighbourSnapshot } from "../../netif/neighbour-table.ts";

/** What the requests that read answer. */
export interface NetlinkRecords {
  [RTM_GETLINK]: readonly InterfaceSnapshot[];
  [RTM_GETADDR]: readonly AddressSnapshot[];
  [RTM_GETROUTE]: readonly RouteSnapshot[];
  [RTM_GETNEIGH]: readonly NeighbourSnapshot[];
}

/** RTM_SETLINK. Errors: ENODEV, EINVAL (the mtu). */
export interface LinkRequest {
  readonly dev: string;
  readonly up?: boolean;
  readonly mtu?: number;
}

/** RTM_NEWADDR, RTM_DELADDR. Errors: ENODEV, EINVAL, EEXIST, EADDRNOTAVAIL. */
export interface AddressRequest {
  readonly dev: string;
  /** "10.0.0.1/24". */
  readonly address: string;
  /** The other end of a link between two. */
  readonly peer?: string;
}

/** RTM_NEWROUTE, RTM_DELROUTE. Errors: ENODEV, EINVAL, ENETUNREACH, EEXIST, ESRCH. */
export interface RouteRequest {
  /** "10.1.0.0/16" or "default". */
  readonly to: string;
  readonly via?: string;
  readonly dev?: string;
  readonly source?: string;
  readonly metric?: number;
  /** "unicast", or a route that refuses: "unreachable", "blackhole", "prohibit". */
  readonly kind?: "unicast" | RefusalKind;
  readonly protocol?: string;
  /** NLM_F_REPLACE: takes the place of another way to the same network. */
  readonly replace?: boolean;
}

/** RTM_NEWNEIGH, RTM_DELNEIGH. Errors: ENODEV, EINVAL, ENOENT. */
export interface NeighbourRequest {
  readonly dev: string;
  readonly address: string;
  readonly lladdr?: string;
  /** Default "PERMANENT". */
  readonly state?: "PERMANENT" | "STALE";
}
