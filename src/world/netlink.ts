/** What programs that show and change the network ask of the kernel. Read first: host/netlink.ts. */
import {
  AF_NETLINK,
  NETLINK_ROUTE,
  NETLINK_SOCK_DIAG,
  RTM_GETADDR,
  RTM_GETLINK,
  RTM_GETNEIGH,
  RTM_GETROUTE,
  SOCK_DIAG_BY_FAMILY,
} from "../abi/netlink.ts";
import { SOCK_RAW } from "../abi/socket.ts";
import type { Netstat } from "../host/netstat.ts";
import type { AddressSnapshot } from "../inet/ip/addresses.ts";
import type { RouteSnapshot } from "../inet/ip/route.ts";
import type { Sys } from "../kernel/sys/sys.ts";
import type { InterfaceSnapshot } from "../netif/interface-table.ts";
import type { NeighbourSnapshot } from "../netif/neighbour-table.ts";

export class Netlink {
  readonly #sys: Sys;
  readonly #fd: number;

  constructor(sys: Sys) {
    this.#sys = sys;
    this.#fd = sys.socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
  }

  links(): readonly InterfaceSnapshot[] {
    return this.#sys.ioctl(this.#fd, RTM_GETLINK);
  }

  addresses(): readonly AddressSnapshot[] {
    return this.#sys.ioctl(this.#fd, RTM_GETADDR);
  }

  routes(): readonly RouteSnapshot[] {
    return this.#sys.ioctl(this.#fd, RTM_GETROUTE);
  }

  neighbours(): readonly NeighbourSnapshot[] {
    return this.#sys.ioctl(this.#fd, RTM_GETNEIGH);
  }

  close(): void {
    this.#sys.close(this.#fd);
  }

  /** Asks for a change. Throws a SystemError. */
  change(request: number, record: object): void {
    this.#sys.ioctl(this.#fd, request, record);
  }
}

/** All that netstat(8) and ss(8) show. */
export function diagnose(sys: Sys): Netstat {
  const fd = sys.socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);
  const answer: unknown = sys.ioctl(fd, SOCK_DIAG_BY_FAMILY);
  sys.close(fd);
  return answer as Netstat;
}
