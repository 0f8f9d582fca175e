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
import { inetAddress, NO_NAME, type SocketAddress } from "../../socket/address.ts";
import type { OptionValue } from "../../socket/option.ts";
import type { Received } from "../../socket/receive-buffer.ts";
import { ANY_V4, ANY_V6, IpAddress } from "../../wire/ip-address.ts";
import { type AddressOut, tell } from "./address-out.ts";
import { Endpoint } from "./endpoint.ts";
import { Handle } from "./handle.ts";
import { uvCode } from "./internals.ts";
import type { NodeProcess } from "./node-process.ts";
import { SendQueue, type SendRequest } from "./send-queue.ts";

const DATAGRAM_MAX_BYTES = 65_536;
/** Flags of bind(), as libuv has them. */
const UV_UDP_IPV6ONLY = 1;
const UV_UDP_REUSEADDR = 4;
const UV_UDP_REUSEPORT = 64;

interface SizeContext {
  errno?: number;
  code?: string;
  message?: string;
  syscall?: string;
}

export class UdpHandle extends Handle {
  readonly #family: 4 | 6;
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
  }

  get fd(): number {
    return this.#endpoint?.fd ?? -1;
  }

  bind(address: string, port: number, flags: number): number {
    return this.#with((endpoint) => {
      if ((flags & UV_UDP_REUSEADDR) !== 0) endpoint.setOption(SOL_SOCKET, SO_REUSEADDR, 1);
      if ((flags & UV_UDP_REUSEPORT) !== 0) endpoint.setOption(SOL_SOCKET, SO_REUSEPORT, 1);
      if ((flags & UV_UDP_IPV6ONLY) !== 0) endpoint.setOption(IPPROTO_IPV6, ipv6.IPV6_V6ONLY, 1);
      const parsed = this.#address(address, port);
      return parsed === undefined ? "EINVAL" : endpoint.bind(parsed);
    });
  }

  bind6(address: string, port: number, flags: number): number {
    return this.bind(address, port, flags);
  }

  connect(address: string, port: number): number {
    return this.#with((endpoint) => endpoint.connect(this.#address(address, port) ?? NO_NAME));
  }

  connect6(address: string, port: number): number {
    return this.connect(address, port);
  }

  disconnect(): number {
    return this.#with((endpoint) => endpoint.connect(NO_NAME));
  }

  /** `send(request, list, count, port, address, hasCallback)`, or without port and address when it is connected. */
  send(request: SendRequest, list: readonly Uint8Array[], _count: number, ...rest: unknown[]): number {
    this.owner.assertOwn();
    const [port, address] = rest.length >= 3 ? rest : [];
    const endpoint = this.#opened();
    if (typeof endpoint === "string") return uvCode(endpoint);
    const destination = address === undefined ? null : this.#address(String(address), Number(port));
    if (destination === undefined) return uvCode("EINVAL");
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
    return tell(out, this.#endpoint?.localAddress ?? "EBADF");
  }

  getpeername(out: AddressOut): number {
    return tell(out, this.#endpoint?.remoteAddress ?? "ENOTCONN");
  }

  setBroadcast(enable: number): number {
    return this.#set(SOL_SOCKET, SO_BROADCAST, Number(enable));
  }

  setTTL(ttl: number): number {
    return this.#either([IPPROTO_IP, ip.IP_TTL], [IPPROTO_IPV6, ipv6.IPV6_UNICAST_HOPS], ttl);
  }

  setMulticastTTL(ttl: number): number {
    return this.#either([IPPROTO_IP, ip.IP_MULTICAST_TTL], [IPPROTO_IPV6, ipv6.IPV6_MULTICAST_HOPS], ttl);
  }

  setMulticastLoopback(enable: number): number {
    return this.#either([IPPROTO_IP, ip.IP_MULTICAST_LOOP], [IPPROTO_IPV6, ipv6.IPV6_MULTICAST_LOOP], Number(enable));
  }

  setMulticastInterface(address: string): number {
    const parsed = IpAddress.parse(address.replace(/%.*$/, ""));
    if (parsed === undefined) return uvCode("EINVAL");
    if (this.#family === 6) return this.#set(IPPROTO_IPV6, ipv6.IPV6_MULTICAST_IF, this.#indexOf(address));
    return this.#set(IPPROTO_IP, ip.IP_MULTICAST_IF, { imr_address: address });
  }

  addMembership(group: string, through?: string): number {
    return this.#membership(group, through, ip.IP_ADD_MEMBERSHIP, ipv6.IPV6_JOIN_GROUP);
  }

  dropMembership(group: string, through?: string): number {
    return this.#membership(group, through, ip.IP_DROP_MEMBERSHIP, ipv6.IPV6_LEAVE_GROUP);
  }

  addSourceSpecificMembership(source: string, group: string, through?: string): number {
    return this.#ofSource(source, group, through, ip.IP_ADD_SOURCE_MEMBERSHIP);
  }

  dropSourceSpecificMembership(source: string, group: string, through?: string): number {
    return this.#ofSource(source, group, through, ip.IP_DROP_SOURCE_MEMBERSHIP);
  }

  /** The size of a buffer as Linux tells it: twice what was asked for. */
  bufferSize(size: number, isReceive: boolean, context: SizeContext): number | undefined {
    const option = isReceive ? SO_RCVBUF : SO_SNDBUF;
    const endpoint = this.#endpoint;
    const result = endpoint === null ? "EBADF" : size === 0 ? 0 : endpoint.setOption(SOL_SOCKET, option, size);
    const value = result === 0 ? endpoint?.getOption(SOL_SOCKET, option) : result;
    if (typeof value === "number") return value;
    const code = String(value);
    Object.assign(context, {
      errno: uvCode(code),
      code,
      message: code,
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

  #opened(): Endpoint | Errno {
    if (this.isClosed) return "EBADF";
    if (this.#endpoint !== null) return this.#endpoint;
    const endpoint = Endpoint.open(this.owner, this.#family === 4 ? AF_INET : AF_INET6, SOCK_DGRAM);
    if (typeof endpoint !== "string") this.#endpoint = endpoint;
    return endpoint;
  }

  #with(run: (endpoint: Endpoint) => 0 | Errno): number {
    this.owner.assertOwn();
    const endpoint = this.#opened();
    const result = typeof endpoint === "string" ? endpoint : run(endpoint);
    return result === 0 ? 0 : uvCode(result);
  }

  /** libuv has no socket before it is bound, or sends. */
  #set(level: number, option: number, value: OptionValue): number {
    if (this.#endpoint === null) return uvCode("EBADF");
    return this.#with((endpoint) => endpoint.setOption(level, option, value));
  }

  #either(v4: readonly [number, number], v6: readonly [number, number], value: number): number {
    const [level, option] = this.#family === 4 ? v4 : v6;
    return this.#set(level, option, value);
  }

  #membership(group: string, through: string | undefined, option4: number, option6: number): number {
    const address = IpAddress.parse(group.replace(/%.*$/, ""));
    if (address === undefined) return uvCode("EINVAL");
    if (this.#family === 6) {
      return this.#set(IPPROTO_IPV6, option6, {
        ipv6mr_multiaddr: address.toString(),
        ipv6mr_interface: this.#indexOf(through ?? group),
      });
    }
    const own = IpAddress.parse(through ?? "0.0.0.0");
    if (own === undefined) return uvCode("EINVAL");
    return this.#set(IPPROTO_IP, option4, { imr_multiaddr: group, imr_address: own.toString(), imr_ifindex: 0 });
  }

  #ofSource(source: string, group: string, through: string | undefined, option: number): number {
    const given = { imr_multiaddr: group, imr_interface: through ?? "0.0.0.0", imr_sourceaddr: source };
    if (Object.values(given).some((text) => IpAddress.parse(text) === undefined)) return uvCode("EINVAL");
    return this.#set(IPPROTO_IP, option, given);
  }

  /** The interface behind "%eth0", or 0. */
  #indexOf(address: string): number {
    const name = /%(.*)$/.exec(address)?.[1];
    if (name === undefined) return 0;
    return this.owner.host.netif.interfaces.get(name)?.index ?? (Number(name) || 0);
  }

  #address(text: string, port: number): SocketAddress | undefined {
    const [bare = "", zone] = text.split("%");
    const parsed = bare === "" ? (this.#family === 4 ? ANY_V4 : ANY_V6) : IpAddress.parse(bare);
    if (parsed === undefined) return undefined;
    const address = inetAddress(parsed, port);
    if (this.#family === 4) return address;
    return { ...address, family: AF_INET6, ...(zone === undefined ? {} : { scopeId: this.#indexOf(text) }) };
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
