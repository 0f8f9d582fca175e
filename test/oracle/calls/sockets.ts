/** Words of the socket calls, for every domain: socket(2), bind(2), connect(2), send(2), recv(2) and kin. */
import * as netloom from "netloom";
import {
  type Data,
  dataArgument,
  dataBytes,
  dataSysText,
  dataText,
  filled,
  filledRoom,
  hex,
  room,
  unhex,
} from "../memory.ts";
import type { Call } from "../row.ts";
import { ADDRESS_ROOM, cText, LENGTH_ROOM, memoryText, nameText, senderText, sockaddr, sysText } from "./address.ts";
import { SYS } from "./numbers.ts";

export const socket = (domain: number, type: number, protocol: number = 0): Call => ({
  text: `socket(${domain}, ${type}, ${protocol})`,
  linux: [SYS.socket, domain, type, protocol],
  netloom: (sys) => sys.socket(domain, type, protocol),
});

export const socketpair = (domain: number, type: number, protocol: number = 0): Call => ({
  text: `socketpair(${domain}, ${type}, ${protocol}, fds)`,
  sysText: `socketpair(${domain}, ${type}, ${protocol})`,
  linux: [SYS.socketpair, domain, type, protocol, hex([4, 4], [0, 0])],
  netloom: (sys) => `[${sys.socketpair(domain, type, protocol).join(", ")}]`,
  outcome: ({ memory }) => {
    const fds = unhex(memory[0]);
    return `[${fds.readInt32LE(0)}, ${fds.readInt32LE(4)}]`;
  },
});

export const bind = (fd: number, name: netloom.Endpoint): Call => {
  const [memory, length] = sockaddr(name);
  return {
    text: `bind(${fd}, ${cText(name)}, ${length})`,
    sysText: `bind(${fd}, ${sysText(name)})`,
    linux: [SYS.bind, fd, memory, length],
    netloom: (sys) => sys.bind(fd, name),
  };
};

export const connect = (fd: number, to: netloom.Endpoint): Call => {
  const [memory, length] = sockaddr(to);
  return {
    text: `connect(${fd}, ${cText(to)}, ${length})`,
    sysText: `connect(${fd}, ${sysText(to)})`,
    linux: [SYS.connect, fd, memory, length],
    netloom: (sys) => sys.connect(fd, to),
  };
};

export const listen = (fd: number, backlog: number): Call => ({
  text: `listen(${fd}, ${backlog})`,
  linux: [SYS.listen, fd, backlog],
  netloom: (sys) => sys.listen(fd, backlog),
});

export const accept4 = (fd: number, flags: number = 0): Call => ({
  text: `accept4(${fd}, &address, &length, ${flags})`,
  sysText: `accept4(${fd}, ${flags})`,
  linux: [SYS.accept4, fd, ADDRESS_ROOM, LENGTH_ROOM, flags],
  netloom: async (sys) => {
    const accepted = await sys.accept4(fd, flags);
    return `${accepted.fd} from ${nameText(accepted.address)}`;
  },
  outcome: ({ result, memory }) => `${result} from ${memoryText(memory[0], memory[1])}`,
});

export const shutdown = (fd: number, how: number): Call => ({
  text: `shutdown(${fd}, ${how})`,
  linux: [SYS.shutdown, fd, how],
  netloom: (sys) => sys.shutdown(fd, how),
});

export const send = (fd: number, data: Data, flags: number = 0): Call => ({
  text: `send(${fd}, ${dataText(data)}, ${flags})`,
  sysText: `send(${fd}, ${dataSysText(data)}, ${flags})`,
  linux: [SYS.sendto, fd, dataArgument(data), data.length, flags, 0, 0],
  netloom: (sys) => sys.send(fd, dataBytes(data), flags),
});

export const sendto = (fd: number, data: Data, to: netloom.Endpoint, flags: number = 0): Call => {
  const [memory, length] = sockaddr(to);
  return {
    text: `sendto(${fd}, ${dataText(data)}, ${flags}, ${cText(to)}, ${length})`,
    sysText: `sendto(${fd}, ${dataSysText(data)}, ${sysText(to)}, ${flags})`,
    linux: [SYS.sendto, fd, dataArgument(data), data.length, flags, memory, length],
    netloom: (sys) => sys.sendto(fd, dataBytes(data), to, flags),
  };
};

/** Without asking who has sent it. */
export const recv = (fd: number, count: number, flags: number = 0): Call => ({
  text: `recv(${fd}, buffer, ${count}, ${flags})`,
  sysText: `recv(${fd}, new Uint8Array(${count}), ${flags})`,
  linux: [SYS.recvfrom, fd, room(count), count, flags, 0, 0],
  netloom: async (sys) => {
    const buffer = new Uint8Array(count);
    return filled(await sys.recv(fd, buffer, flags), buffer);
  },
  outcome: ({ result, memory }) => filledRoom(result, memory[0], count),
});

export const recvfrom = (fd: number, count: number, flags: number = 0): Call => ({
  text: `recvfrom(${fd}, buffer, ${count}, ${flags}, &address, &length)`,
  sysText: `recvfrom(${fd}, new Uint8Array(${count}), ${flags})`,
  linux: [SYS.recvfrom, fd, room(count), count, flags, ADDRESS_ROOM, LENGTH_ROOM],
  netloom: async (sys) => {
    const buffer = new Uint8Array(count);
    const { bytes, source } = await sys.recvfrom(fd, buffer, flags);
    return `${filled(bytes, buffer)} from ${senderText(nameText(source))}`;
  },
  outcome: ({ result, memory }) =>
    `${filledRoom(result, memory[0], count)} from ${senderText(memoryText(memory[1], memory[2]))}`,
});

export const getsockname = (fd: number): Call => ({
  text: `getsockname(${fd}, &address, &length)`,
  sysText: `getsockname(${fd})`,
  linux: [SYS.getsockname, fd, ADDRESS_ROOM, LENGTH_ROOM],
  netloom: (sys) => nameText(sys.getsockname(fd)),
  outcome: ({ memory }) => memoryText(memory[0], memory[1]),
});

export const getpeername = (fd: number): Call => ({
  text: `getpeername(${fd}, &address, &length)`,
  sysText: `getpeername(${fd})`,
  linux: [SYS.getpeername, fd, ADDRESS_ROOM, LENGTH_ROOM],
  netloom: (sys) => nameText(sys.getpeername(fd)),
  outcome: ({ memory }) => memoryText(memory[0], memory[1]),
});

const { SOL_SOCKET } = netloom;

/** Of the socket's own options. */
export const getsockopt = (fd: number, name: number, level: number = SOL_SOCKET): Call => ({
  text: `getsockopt(${fd}, ${levelText(level)}, ${name}, &value, &length)`,
  sysText: `getsockopt(${fd}, ${levelText(level)}, ${name})`,
  linux: [SYS.getsockopt, fd, level, name, hex([4], [0]), hex([4], [4])],
  netloom: (sys) => sys.getsockopt(fd, level, name),
  outcome: ({ memory }) => String(unhex(memory[0]).readInt32LE(0)),
});

export const setsockopt = (fd: number, name: number, value: number, level: number = SOL_SOCKET): Call => ({
  text: `setsockopt(${fd}, ${levelText(level)}, ${name}, &(int){${value}}, 4)`,
  sysText: `setsockopt(${fd}, ${levelText(level)}, ${name}, ${value})`,
  linux: [SYS.setsockopt, fd, level, name, hex([4], [value]), 4],
  netloom: (sys) => sys.setsockopt(fd, level, name, value),
});

const levelText = (level: number): string => (level === SOL_SOCKET ? "SOL_SOCKET" : String(level));
