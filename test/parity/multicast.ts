/** What a datagram socket is asked about multicast: interfaces, groups, and sources of groups. */
import type dgram from "node:dgram";

export const multicast: Record<string, (socket: dgram.Socket) => unknown> = {
  "interface 127.0.0.1": (socket) => socket.setMulticastInterface("127.0.0.1"),
  "interface ::1": (socket) => socket.setMulticastInterface("::1"),
  "interface ::%lo": (socket) => socket.setMulticastInterface("::%lo"),
  "interface ::%none": (socket) => socket.setMulticastInterface("::%none"),
  "interface of others": (socket) => socket.setMulticastInterface("192.0.2.99"),
  "interface that is none": (socket) => socket.setMulticastInterface("lo"),
  "group on 127.0.0.1": (socket) => socket.addMembership("224.0.0.9", "127.0.0.1"),
  "group on ::1": (socket) => socket.addMembership("224.0.0.9", "::1"),
  "group of others": (socket) => socket.addMembership("224.0.0.9", "192.0.2.99"),
  "group of IPv6": (socket) => socket.addMembership("ff02::9", "::%lo"),
  "group of IPv6 on 127.0.0.1": (socket) => socket.addMembership("ff02::9", "127.0.0.1"),
  "group that is none": (socket) => socket.addMembership("nobody", "127.0.0.1"),
  "group that is a host": (socket) => socket.addMembership("::1", "::%lo"),
  "group that was not joined": (socket) => socket.dropMembership("224.0.0.9", "127.0.0.1"),
  source: (socket) => socket.addSourceSpecificMembership("127.0.0.1", "232.0.0.9", "127.0.0.1"),
  "source of IPv6": (socket) => socket.addSourceSpecificMembership("::1", "232.0.0.9", "127.0.0.1"),
  "source of IPv6, on ::1": (socket) => socket.addSourceSpecificMembership("127.0.0.1", "232.0.0.9", "::1"),
  "group of IPv6 of a source": (socket) => socket.addSourceSpecificMembership("127.0.0.1", "ff3e::9", "::%lo"),
  "group of IPv6 of a source of IPv6": (socket) => socket.addSourceSpecificMembership("::1", "ff3e::9", "::%lo"),
  "source of IPv6 twice": (socket) => {
    socket.addSourceSpecificMembership("::1", "ff3e::a", "::%lo");
    socket.addSourceSpecificMembership("::2", "ff3e::a", "::%lo");
    socket.addSourceSpecificMembership("::2", "ff3e::a", "::%lo");
  },
  "source of IPv6 that was not joined": (socket) => socket.dropSourceSpecificMembership("::1", "ff3e::b", "::%lo"),
  "source of IPv6 that is left": (socket) => {
    socket.addSourceSpecificMembership("::1", "ff3e::c", "::%lo");
    socket.dropSourceSpecificMembership("::1", "ff3e::c", "::%lo");
    socket.dropSourceSpecificMembership("::1", "ff3e::c", "::%lo");
  },
  "source that was not joined": (socket) => socket.dropSourceSpecificMembership("127.0.0.1", "232.0.0.9", "127.0.0.1"),
};
