/**
 * The two kinds of stream handles: TCP over an Internet socket, Pipe over a Unix-domain socket.
 */
import type { Errno } from "../../abi/errno.ts";
import { IPV6_V6ONLY } from "../../abi/ipv6.ts";
import {
  AF_INET6,
  AF_UNIX,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  SO_KEEPALIVE,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../abi/socket.ts";
import { S_IFMT } from "../../abi/stat.ts";
import { TCP_KEEPIDLE, TCP_NODELAY } from "../../abi/tcp.ts";
import { chmod } from "../../kernel/calls/files.ts";
import { type SocketAddress, unixAddress } from "../../socket/address.ts";
import { ANY_V4, ANY_V6 } from "../../wire/ip-address.ts";
import { addressIn } from "./address-in.ts";
import { type AddressOut, tell } from "./address-out.ts";
import { Endpoint } from "./endpoint.ts";
import { uvCode } from "./internals.ts";
import { type Request, StreamHandle } from "./stream-handle.ts";

/** Flags of bind(), as libuv has them. */
const UV_TCP_IPV6ONLY = 1;
const UV_TCP_REUSEPORT = 2;
/** Of uv_pipe_chmod(), and the permissions that they stand for. */
const UV_READABLE = 1;
const UV_WRITABLE = 2;
const ALL_READ = 0o444;
const ALL_WRITE = 0o222;

/** How Node tries the addresses of a name, one after the other. */
interface Attempts {
  /** For so long, unless it is the last one. */
  readonly timeoutMs: number;
  left: number;
}

export class TcpHandle extends StreamHandle {
  attempts: Attempts | null = null;

  protected override adopt(endpoint: Endpoint): TcpHandle {
    return new TcpHandle(this.owner).use(endpoint);
  }

  protected override open({ family }: SocketAddress): Endpoint | Errno {
    return Endpoint.open(this.owner, family, SOCK_STREAM);
  }

  bind(address: string, port: number | undefined, flags: number = 0): number {
    return this.#bind(4, address, port ?? 0, flags);
  }

  bind6(address: string, port: number | undefined, flags: number = 0): number {
    return this.#bind(6, address, port ?? 0, flags);
  }

  /** As libuv: a server that is started again need not wait until connections of the one before have left TIME_WAIT. */
  protected override prepareToBind(endpoint: Endpoint, { family }: SocketAddress, flags: number): void {
    endpoint.setOption(SOL_SOCKET, SO_REUSEADDR, 1);
    if ((flags & UV_TCP_REUSEPORT) !== 0) endpoint.setOption(SOL_SOCKET, SO_REUSEPORT, 1);
    if (family === AF_INET6) endpoint.setOption(IPPROTO_IPV6, IPV6_V6ONLY, flags & UV_TCP_IPV6ONLY);
  }

  /** As libuv, for which an address in use is the fault of listen() or connect(): Node's messages depend on it. */
  protected override isToldByBind(error: Errno): boolean {
    return error !== "EADDRINUSE";
  }

  connect(request: Request, address: string, port: number): number {
    return this.#connect(request, 4, address, port);
  }

  connect6(request: Request, address: string, port: number): number {
    return this.#connect(request, 6, address, port);
  }

  /** As uv__tcp_connect(). */
  protected override isToldAtOnce(error: Errno): boolean {
    return error !== "EINPROGRESS" && error !== "ECONNREFUSED";
  }

  getsockname(out: AddressOut): number {
    this.owner.assertNotForeign();
    return tell(out, this.endpoint?.localAddress ?? "EBADF");
  }

  getpeername(out: AddressOut): number {
    this.owner.assertNotForeign();
    return tell(out, this.endpoint?.remoteAddress ?? "ENOTCONN");
  }

  setNoDelay(enable: boolean): number {
    return this.#set(IPPROTO_TCP, TCP_NODELAY, Number(enable));
  }

  setKeepAlive(enable: boolean, initialDelaySeconds: number): number {
    const result = this.#set(SOL_SOCKET, SO_KEEPALIVE, Number(enable));
    if (result !== 0 || !enable || initialDelaySeconds === 0) return result;
    return this.#set(IPPROTO_TCP, TCP_KEEPIDLE, initialDelaySeconds);
  }

  #bind(family: 4 | 6, text: string, port: number, flags: number): number {
    const address = addressIn(this.owner, family, text, port);
    return address === undefined ? uvCode("EINVAL") : this.bindTo(address, flags);
  }

  #connect(request: Request, family: 4 | 6, text: string, port: number): number {
    const address = addressIn(this.owner, family, text, port);
    if (address === undefined) return uvCode("EINVAL");
    if (this.isConnecting) return uvCode("EALREADY");
    const { attempts } = this;
    const isLast = attempts === null || --attempts.left <= 0;
    return this.connectTo(request, address, isLast ? null : attempts.timeoutMs);
  }

  #set(level: number, option: number, value: number): number {
    const result = this.endpoint?.setOption(level, option, value) ?? "EBADF";
    return result === 0 ? 0 : uvCode(result);
  }
}

/** As Node's, it tells no addresses: net.Server knows the path itself, and net.Socket has none. */
export class PipeHandle extends StreamHandle {
  /** Where it was bound. */
  #path: string | null = null;

  protected override adopt(endpoint: Endpoint): PipeHandle {
    return new PipeHandle(this.owner).use(endpoint);
  }

  protected override open(): Endpoint | Errno {
    return Endpoint.open(this.owner, AF_UNIX, SOCK_STREAM);
  }

  /** As libuv, for a directory that is not there: EACCES. */
  bind(path: string): number {
    const result = this.bindTo(unixAddress(path));
    if (result === 0 && !path.startsWith("\0")) this.#path = path;
    return result === uvCode("ENOENT") ? uvCode("EACCES") : result;
  }

  /** As libuv: the name of a server goes with it. */
  override close(callback?: () => void): void {
    const { process } = this.owner;
    const path = this.#path;
    this.#path = null;
    if (path !== null) this.owner.call("unlink", () => process.kernel.files.unlink(process, path));
    super.close(callback);
  }

  protected override isToldByBind(): boolean {
    return true;
  }

  /** As uv_pipe_connect(). */
  protected override isToldAtOnce(): boolean {
    return false;
  }

  connect(request: Request, path: string): number {
    return this.connectTo(request, unixAddress(path));
  }

  /** As uv_pipe_chmod(): who may connect, of those whom the name lets. */
  fchmod(events: number): number {
    const path = this.#path;
    if (path === null) return uvCode(this.endpoint === null ? "EBADF" : "ENOENT");
    const { process } = this.owner;
    const node = process.kernel.files.lookup(process, path);
    if (typeof node === "string") return uvCode(node);
    const wanted = ((events & UV_READABLE) === 0 ? 0 : ALL_READ) | ((events & UV_WRITABLE) === 0 ? 0 : ALL_WRITE);
    const mode = (node.mode & ~S_IFMT) | wanted;
    const result = this.owner.call("chmod", () => chmod(process, path, mode));
    return result === 0 ? 0 : uvCode(result);
  }
}

/** The wildcard of a family, as server.listen() without an address asks for it. */
export const wildcard = (family: 4 | 6): string => String(family === 4 ? ANY_V4 : ANY_V6);
