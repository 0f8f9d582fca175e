/**
 * Numbers of packet sockets, as Linux has them. Read first: packet(7), netdevice(7).
 */

/** Protocols of packet sockets are EtherTypes; this one is all of them, and what goes out. */
export const ETH_P_ALL = 0x0003;
export const ETH_P_IP = 0x0800;
export const ETH_P_ARP = 0x0806;
export const ETH_P_IPV6 = 0x86dd;

/** Whom a frame was for: this host, all, a group, another host; or it was sent by this one. */
export const PACKET_HOST = 0;
export const PACKET_BROADCAST = 1;
export const PACKET_MULTICAST = 2;
export const PACKET_OTHERHOST = 3;
export const PACKET_OUTGOING = 4;

export const SOL_PACKET = 263;
/** Takes more of the link: { mr_ifindex, mr_type, mr_address }. */
export const PACKET_ADD_MEMBERSHIP = 1;
export const PACKET_DROP_MEMBERSHIP = 2;
/** Frames received and dropped since the last look: { tp_packets, tp_drops }. */
export const PACKET_STATISTICS = 6;

/** Kinds of membership: one group, everything, all groups. */
export const PACKET_MR_MULTICAST = 0;
export const PACKET_MR_PROMISC = 1;
export const PACKET_MR_ALLMULTI = 2;
