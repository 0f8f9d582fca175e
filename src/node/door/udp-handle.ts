/**
 * The handle under dgram.Socket: a plain object in the shape of Node's UDPWrap.
 *
 * Read first: lib/dgram.js and lib/internal/dgram.js of Node, which call every method here; udp(7), ip(7). Control: dgram.Socket
 * → a method → a kernel call → a number for Node; the kernel wakes → the receive operation's turn → onmessage.
 */
import type { Errno } from "../../abi/errno.ts";
import * as ip from "../../abi/ip.ts";
import * as ipv6 from "../../abi/ipv6.ts";
import {
  AF_INET,
  AF_INET6,
  IPPROTO_IP,
  IPPROTO_IPV6,
  SO_BROADCAST,
  SO_RCVBUF,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SO_SNDBUF,
  SOCK_DGRAM,
  SOL_SOCKET,
} from "../../abi/socket.ts";
import type { Operation } from "../../kernel/operation.ts";
import { NO_NAME } from "../../socket/address.ts";
import type { OptionValue } from "../../socket/option.ts";
import type { Received } from "../../socket/receive-buffer.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import { addressIn, zoneIndex } from "./address-in.ts";
import { type AddressOut, tell } from "./address-out.ts";
import { Endpoint } from "./endpoint.ts";
import { Handle } from "./handle.ts";
import { uvCode, uvMessage } from "./internals.ts";
import type { NodeProcess } from "./node-process.ts";
import { SendQueue, type SendRequest } from "./send-queue.ts";

const DATAGRAM_MAX_BYTES = 65_536;
/** Flags of bind(), as libuv has them. */
const UV_UDP_IPV6ONLY = 1;
const UV_UDP_REUSEADDR = 4;
const UV_UDP_REUSEPORT = 64;
const TTL_MAX = 255;
const INT_MAX = 0x7fff_ffff;

interface SizeContext {
  errno?: number;
  code?: string;
  message?: string;
  syscall?: string;
}

export class UdpHandle extends Handle {
  /** Of the addresses that it is given. */
  readonly #family: 4 | 6;
  /** Of the socket: another one where it was opened for a group of the other family. */
  #domain: 4 | 6;
  readonly #buffer: Uint8Array = new Uint8Array(DATAGRAM_MAX_BYTES);
  /** Set by Node. */
  onmessage: (bytes: number, handle: UdpHandle, buffer: Buffer | undefined, source: AddressOut) => void = () => {};
  onerror: (...args: unknown[]) => void = () => {};
  lookup: unknown;
  #endpoint: Endpoint | null = null;
  #receiving: Operation<Received> | null = null;
  #queue: SendQueue | null = null;
  #isReceiving = false;

  constructor(owner: NodeProcess, family: 4 | 6) {
    super(owner);
    this.#family = family;
    this.#domain = family;
  }

  get fd(): number {
    return this.#endpoint?.fd ?? -1;
  }

  bind(address: string, port: number, flags: number, family: 4 | 6 = this.#family): number {
    const parsed = addressIn(this.owner, family, address, port);
    if (parsed === undefined) return uvCode("EINVAL");
    return this.#with((endpoint) => {
      if ((flags & UV_UDP_REUSEADDR) !== 0) endpoint.setOption(SOL_SOCKET, SO_REUSEADDR, 1);
      if ((flags & UV_UDP_REUSEPORT) !== 0) endpoint.setOption(SOL_SOCKET, SO_REUSEPORT, 1);
      if ((flags & UV_UDP_IPV6ONLY) !== 0) endpoint.setOption(IPPROTO_IPV6, ipv6.IPV6_V6ONLY, 1);
      return endpoint.bind(parsed);
    }, family);
  }

  bind6(address: string, port: number, flags: number): number {
    return this.bind(address, port, flags);
  }

  connect(address: string, port: number): number {
    const parsed = addressIn(this.owner, this.#family, address, port);
    return parsed === undefined ? uvCode("EINVAL") : this.#with((endpoint) => endpoint.connect(parsed));
  }

  connect6(address: string, port: number): number {
    return this.connect(address, port);
  }

  disconnect(): number {
    return this.#with((endpoint) => endpoint.connect(NO_NAME));
  }

  /** `send(request, list, count, port, address, hasCallback)`, or without port and address when it is connected. */
  send(request: SendRequest, list: readonly Uint8Array[], _count: number, ...rest: unknown[]): number {
    const [port, address] = rest.length >= 3 ? rest : [];
    const destination =
      address === undefined ? null : addressIn(this.owner, this.#family, String(address), Number(port));
    if (destination === undefined) return uvCode("EINVAL");
    const endpoint = this.#opened();
    if (typeof endpoint === "string") return uvCode(endpoint);
    const whole = list.length === 1 ? (list[0] as Uint8Array) : Buffer.concat(list);
    // None overtakes those that wait for room.
    const sent = (this.#queue?.count ?? 0) > 0 ? "EAGAIN" : endpoint.sendTo(whole, destination);
    if (sent === "EAGAIN") {
      this.#queue ??= new SendQueue(endpoint, () => this.updateHold());
      this.#queue.add(request, whole, destination);
      return 0;
    }
    if (typeof sent === "string") return uvCode(sent);
    // As uv_udp_try_send(): what has gone at once is answered with its length and 1.
    return whole.length + 1;
  }

  send6(request: SendRequest, list: readonly Uint8Array[], count: number, ...rest: unknown[]): number {
    return this.send(request, list, count, ...rest);
  }

  recvStart(): number {
    const endpoint = this.#opened();
    if (typeof endpoint === "string") return uvCode(endpoint);
    this.#isReceiving = true;
    this.#receiving ??= endpoint.whenReadable(
      "recvmsg",
      () => endpoint.receive(this.#buffer),
      (received) => this.#finishReceive(received),
    );
    this.#receiving.arm();
    this.updateHold();
    return 0;
  }

  recvStop(): number {
    this.#isReceiving = false;
    this.#receiving?.cancel();
    this.updateHold();
    return 0;
  }

  close(callback?: () => void): void {
    if (this.isClosed) return;
    this.#receiving?.cancel();
    this.#isReceiving = false;
    this.#queue?.cancel();
    this.closeWith(() => callback?.call(this));
    this.#endpoint?.close();
  }

  getsockname(out: AddressOut): number {
    this.owner.assertNotForeign();
    return tell(out, this.#endpoint?.localAddress ?? "EBADF");
  }

  getpeername(out: AddressOut): number {
    this.owner.assertNotForeign();
    return tell(out, this.#endpoint?.remoteAddress ?? "ENOTCONN");
  }

  setBroadcast(enable: number): number {
    return this.#set(SOL_SOCKET, SO_BROADCAST, Number(enable));
  }

  setTTL(ttl: number): number {
    if (ttl < 1 || ttl > TTL_MAX) return uvCode("EINVAL");
    return this.#either([IPPROTO_IP, ip.IP_TTL], [IPPROTO_IPV6, ipv6.IPV6_UNICAST_HOPS], ttl);
  }

  setMulticastTTL(ttl: number): number {
    if (ttl < 0 || ttl > TTL_MAX) return uvCode("EINVAL");
    return this.#either([IPPROTO_IP, ip.IP_MULTICAST_TTL], [IPPROTO_IPV6, ipv6.IPV6_MULTICAST_HOPS], ttl);
  }

  setMulticastLoopback(enable: number): number {
    return this.#either([IPPROTO_IP, ip.IP_MULTICAST_LOOP], [IPPROTO_IPV6, ipv6.IPV6_MULTICAST_LOOP], Number(enable));
  }

  /** The address says of which family the option is, not the socket: with the wrong one the kernel refuses it. */
  setMulticastInterface(address: string): number {
    if (this.#parse(4, address) !== undefined) {
      return this.#set(IPPROTO_IP, ip.IP_MULTICAST_IF, { imr_address: address });
    }
    if (this.#parse(6, address) === undefined) return uvCode("EINVAL");
    return this.#set(IPPROTO_IPV6, ipv6.IPV6_MULTICAST_IF, zoneIndex(this.owner, address));
  }

  addMembership(group: string, through?: string): number {
    return this.#membership(group, through, ip.IP_ADD_MEMBERSHIP, ipv6.IPV6_JOIN_GROUP);
  }

  dropMembership(group: string, through?: string): number {
    return this.#membership(group, through, ip.IP_DROP_MEMBERSHIP, ipv6.IPV6_LEAVE_GROUP);
  }

  addSourceSpecificMembership(source: string, group: string, through?: string): number {
    return this.#ofSource(source, group, through, ip.IP_ADD_SOURCE_MEMBERSHIP, ip.MCAST_JOIN_SOURCE_GROUP);
  }

  dropSourceSpecificMembership(source: string, group: string, through?: string): number {
    return this.#ofSource(source, group, through, ip.IP_DROP_SOURCE_MEMBERSHIP, ip.MCAST_LEAVE_SOURCE_GROUP);
  }

  /** The size of a buffer as Linux tells it: twice what was asked for. */
  bufferSize(size: number, isReceive: boolean, context: SizeContext): number | undefined {
    this.owner.assertNotForeign();
    const value = this.#bufferSize(size, isReceive ? SO_RCVBUF : SO_SNDBUF);
    if (typeof value === "number") return value;
    const code = String(value);
    Object.assign(context, {
      errno: uvCode(code),
      code,
      message: uvMessage(code),
      syscall: `uv_${isReceive ? "recv" : "send"}_buffer_size`,
    });
    return undefined;
  }

  getSendQueueSize(): number {
    return this.#queue?.size ?? 0;
  }

  getSendQueueCount(): number {
    return this.#queue?.count ?? 0;
  }

  #bufferSize(size: number, option: number): OptionValue | Errno {
    if (size > INT_MAX) return "EINVAL";
    if (this.#endpoint === null) return "EBADF";
    const result = size === 0 ? 0 : this.#endpoint.setOption(SOL_SOCKET, option, size);
    return result === 0 ? this.#endpoint.getOption(SOL_SOCKET, option) : result;
  }

  #opened(family: 4 | 6 = this.#family): Endpoint | Errno {
    if (this.isClosed) return "EBADF";
    if (this.#endpoint !== null) return this.#endpoint;
    const endpoint = Endpoint.open(this.owner, family === 4 ? AF_INET : AF_INET6, SOCK_DGRAM);
    if (typeof endpoint === "string") return endpoint;
    this.#domain = family;
    this.#endpoint = endpoint;
    return endpoint;
  }

  #with(run: (endpoint: Endpoint) => 0 | Errno, family: 4 | 6 = this.#family): number {
    this.owner.assertOwn();
    const endpoint = this.#opened(family);
    const result = typeof endpoint === "string" ? endpoint : run(endpoint);
    return result === 0 ? 0 : uvCode(result);
  }

  /** libuv has no socket before it is bound, or sends. */
  #set(level: number, option: number, value: OptionValue): number {
    if (this.#endpoint === null) return uvCode("EBADF");
    return this.#with((endpoint) => endpoint.setOption(level, option, value));
  }

  #either(v4: readonly [number, number], v6: readonly [number, number], value: number): number {
    const [level, option] = this.#domain === 4 ? v4 : v6;
    return this.#set(level, option, value);
  }

  /** As uv_udp_set_membership(): the group says of which family the option is. */
  #membership(group: string, through: string | undefined, option4: number, option6: number): number {
    const family = group.includes(":") ? 6 : 4;
    const address = this.#parse(family, group);
    if (address === undefined) return uvCode("EINVAL");
    const bound = this.#bindDeferred(family);
    if (bound !== 0) return bound;
    if (through !== undefined && this.#parse(family, through) === undefined) return uvCode("EINVAL");
    if (family === 4) {
      return this.#set(IPPROTO_IP, option4, {
        imr_multiaddr: group,
        imr_address: through ?? "0.0.0.0",
        imr_ifindex: 0,
      });
    }
    return this.#set(IPPROTO_IPV6, option6, {
      ipv6mr_multiaddr: address.toString(),
      ipv6mr_interface: zoneIndex(this.owner, through ?? ""),
    });
  }

  /** As uv_udp_set_source_membership(). */
  #ofSource(source: string, group: string, through: string | undefined, option4: number, option6: number): number {
    const family = group.includes(":") ? 6 : 4;
    const [to, from] = [this.#parse(family, group), this.#parse(family, source)];
    if (to === undefined || from === undefined) return uvCode("EINVAL");
    const bound = this.#bindDeferred(family);
    if (bound !== 0) return bound;
    if (through !== undefined && this.#parse(family, through) === undefined) return uvCode("EINVAL");
    if (family === 4) {
      const given = { imr_multiaddr: group, imr_interface: through ?? "0.0.0.0", imr_sourceaddr: source };
      return this.#set(IPPROTO_IP, option4, given);
    }
    return this.#set(IPPROTO_IPV6, option6, {
      gsr_interface: zoneIndex(this.owner, through ?? ""),
      gsr_group: to.toString(),
      gsr_source: from.toString(),
    });
  }

  /** As libuv: who joins a group before it is bound gets some port of the group's family. */
  #bindDeferred(family: 4 | 6): number {
    if (this.#endpoint !== null) return 0;
    return this.bind(family === 4 ? "0.0.0.0" : "::", 0, UV_UDP_REUSEADDR, family);
  }

  #parse(family: 4 | 6, text: string): IpAddress | undefined {
    return addressIn(this.owner, family, text, 0)?.address;
  }

  #finishReceive(received: Received | Errno): void {
    this.#receiving?.arm();
    this.inContext(this.#deliver, received);
  }

  #deliver(received: Received | Errno): void {
    if (typeof received === "string") {
      this.onmessage(uvCode(received), this, undefined, {});
      return;
    }
    const source: AddressOut = {};
    if (received.source !== null) tell(source, received.source);
    const bytes = Buffer.from(this.#buffer.subarray(0, received.bytes));
    this.onmessage(received.bytes, this, bytes, source);
  }

  protected get isActive(): boolean {
    return this.#isReceiving || (this.#queue?.count ?? 0) > 0;
  }
}
