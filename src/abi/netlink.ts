/** Numbers of netlink(7) and rtnetlink(7), as Linux has them. */

export const AF_NETLINK = 16;

/** Interfaces, addresses, routes, neighbours. */
export const NETLINK_ROUTE = 0;
/** Sockets. */
export const NETLINK_SOCK_DIAG = 4;

export const RTM_GETLINK = 18;
export const RTM_SETLINK = 19;
export const RTM_NEWADDR = 20;
export const RTM_DELADDR = 21;
export const RTM_GETADDR = 22;
export const RTM_NEWROUTE = 24;
export const RTM_DELROUTE = 25;
export const RTM_GETROUTE = 26;
export const RTM_NEWNEIGH = 28;
export const RTM_DELNEIGH = 29;
export const RTM_GETNEIGH = 30;

/** On a socket of NETLINK_SOCK_DIAG: all sockets. */
export const SOCK_DIAG_BY_FAMILY = 20;
