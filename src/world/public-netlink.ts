/** Netlink, as both main entry points export it: numbers, and the records of the requests. */
export {
  AF_NETLINK,
  NETLINK_ROUTE,
  NETLINK_SOCK_DIAG,
  RTM_DELADDR,
  RTM_DELNEIGH,
  RTM_DELROUTE,
  RTM_GETADDR,
  RTM_GETLINK,
  RTM_GETNEIGH,
  RTM_GETROUTE,
  RTM_NEWADDR,
  RTM_NEWNEIGH,
  RTM_NEWROUTE,
  RTM_SETLINK,
  SOCK_DIAG_BY_FAMILY,
} from "../abi/netlink.ts";
export type {
  AddressRequest,
  LinkRequest,
  NeighbourRequest,
  NetlinkRecords,
  RouteRequest,
} from "../kernel/sys/netlink.ts";
