/**
 * Calls on sockets, for TypeScript programs. Read first: kernel/sys/, kernel/calls/sockets.ts.
 */
import type { Errno } from "../../abi/errno.ts";
import { inetAddress, type SocketAddress } from "../../socket/address.ts";
import type { Received } from "../../socket/socket.ts";
import { IpAddress } from "../../wire/ip-address.ts";
import * as sockets from "../calls/sockets.ts";
import type { Endpoint, Message, SocketName } from "../sys/sockets.ts";
import { isBytes, toBytes } from "./bytes.ts";
import { never } from "./caller.ts";
import { DescriptorDoor } from "./descriptor-door.ts";

export abstract class SocketDoor extends DescriptorDoor {
  socket(domain: number, type: number, protocol: number = 0): number {
    const open = () => sockets.socket(this.process, domain, type, protocol);
    return this.now("socket", [domain, type, protocol], open);
  }

  bind(fd: number, address: Endpoint): void {
    this.now("bind", [fd, address], () => {
      const parsed = parseEndpoint(address);
      return typeof parsed === "string" ? parsed : sockets.bind(this.process, fd, parsed);
    });
  }

  async connect(fd: number, address: Endpoint): Promise<void> {
    this.now("connect", [fd, address], () => {
      const parsed = parseEndpoint(address);
      return typeof parsed === "string" ? parsed : sockets.connect(this.process, fd, parsed);
    });
  }

  send(fd: number, data: Uint8Array | string, flags: number = 0): Promise<number> {
    return this.#send("send", fd, data, null, flags);
  }

  sendto(fd: number, data: Uint8Array | string, address: Endpoint, flags: number = 0): Promise<number> {
    return this.#send("sendto", fd, data, address, flags);
  }

  recv(fd: number, buffer: Uint8Array, flags: number = 0): Promise<number> {
    return this.#receive("recv", fd, buffer, flags, ({ bytes }) => bytes);
  }

  recvfrom(fd: number, buffer: Uint8Array, flags: number = 0): Promise<Message> {
    return this.#receive("recvfrom", fd, buffer, flags, toMessage);
  }

  getsockname(fd: number): SocketName {
    return socketName(this.now("getsockname", [fd], () => sockets.getsockname(this.process, fd)));
  }

  getpeername(fd: number): SocketName {
    return socketName(this.now("getpeername", [fd], () => sockets.getpeername(this.process, fd)));
  }

  getsockopt(fd: number, level: number, option: number): number {
    return this.now("getsockopt", [fd, level, option], () => sockets.getsockopt(this.process, fd, level, option));
  }

  setsockopt(fd: number, level: number, option: number, value: number): void {
    const set = () => sockets.setsockopt(this.process, fd, level, option, value);
    this.now("setsockopt", [fd, level, option, value], set);
  }

  #send(call: string, fd: number, data: Uint8Array | string, address: Endpoint | null, flags: number): Promise<number> {
    if (!this.enter(call)) return never();
    const bytes = toBytes(data);
    const args = address === null ? [fd, bytes] : [fd, bytes, address];
    const destination = address === null ? null : parseEndpoint(address);
    if (typeof destination === "string") return this.later<number>(call, args, destination, 0);
    const attempt = isBytes(bytes) ? sockets.sending(this.process, call, fd, bytes, destination) : "EFAULT";
    return this.later(call, args, attempt, this.deadline(fd, flags));
  }

  #receive<P>(
    call: string,
    fd: number,
    buffer: Uint8Array,
    flags: number,
    present: (received: Received) => P,
  ): Promise<P> {
    if (!this.enter(call)) return never();
    const attempt = isBytes(buffer) ? sockets.receiving(this.process, call, fd, buffer, flags) : "EFAULT";
    return this.later(call, [fd, buffer], attempt, this.deadline(fd, flags), present);
  }
}

function toMessage({ bytes, source }: Received): Message {
  return { bytes, source: socketName(source) };
}

/** The address that was read last: programs tend to send to the same one again. */
let lastText = "0.0.0.0";
let lastAddress: IpAddress | undefined = IpAddress.parse(lastText);

/** EINVAL: no address, or no port number; the message of the SystemError shows both as they were given. */
function parseEndpoint(endpoint: Endpoint): SocketAddress | Errno {
  const port = endpoint?.port;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) return "EINVAL";
  if (endpoint.address !== lastText) {
    lastText = String(endpoint.address);
    lastAddress = IpAddress.parse(lastText);
  }
  return lastAddress === undefined ? "EINVAL" : inetAddress(lastAddress, port);
}

function socketName({ family, address, port }: SocketAddress): SocketName {
  return { family, address: address.toString(), port };
}
