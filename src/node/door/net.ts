/**
 * node:net on virtual hosts: a socket that connects gets a handle of ours first, a server has one before it listens. All
 * the rest is Node's own code.
 *
 * Read first: lib/net.js of Node: Socket.prototype.connect, setupListenHandle; stream-handle.ts.
 */
import dns from "node:dns";
import net from "node:net";
import tls from "node:tls";
import { current } from "./context.ts";
import { withDefaults } from "./defaults.ts";
import { PipeHandle, TcpHandle, wildcard } from "./handles.ts";
import { takerOf, wantedForm } from "./http2.ts";
import { internals } from "./internals.ts";
import { formAs, nativeForm, plainOf, plainUnder } from "./native-handle.ts";
import type { Patches } from "./patch.ts";
import { StreamHandle } from "./stream-handle.ts";

/** Taken now: what replaces it is slow to ask whose instance something is. */
const { TLSSocket } = tls;
/** As Node has it. */
const ATTEMPT_MIN_MS = 10;
const FOR_EVER_MS = 0x7fff_ffff;

/** What net.Socket and net.Server have inside. */
interface Inside {
  _handle: unknown;
  [reinitialize: symbol]: (handle: unknown) => void;
}
type Connect = (this: Inside & net.Socket, ...args: unknown[]) => net.Socket;
type Listen2 = (
  this: Inside & net.Server,
  address: string | null,
  port: number,
  addressType: number | string,
  backlog: number,
  fd: number,
  flags?: number,
) => void;
interface ServerPrototype {
  _listen2: Listen2;
}

export function patchNet(patches: Patches): void {
  const { reinitializeHandle, TCP, Pipe } = internals();
  // resetAndDestroy() asks whether the handle is one of TCP.
  for (const [native, ours] of [
    [TCP, TcpHandle],
    [Pipe, PipeHandle],
  ] as const) {
    patches.define(native, Symbol.hasInstance, () => (handle: unknown) => {
      const plain = plainOf(handle);
      return plain === undefined ? Function.prototype[Symbol.hasInstance].call(native, handle) : plain instanceof ours;
    });
  }
  patches.replace(net.Socket.prototype as unknown as { connect: Connect }, "connect", (original) => {
    return function (this: Inside & net.Socket, ...args: unknown[]): net.Socket {
      const owner = current();
      if (owner === undefined || plainOf(this._handle) !== undefined) return original.apply(this, args);
      const normalized = normalize(args);
      const [options] = normalized;
      const made = options.path ? new PipeHandle(owner) : new TcpHandle(owner);
      if (made instanceof TcpHandle) normalized[0] = withAttempts(made, withDefaults(owner, options));
      const form = this instanceof TLSSocket ? formUnderTls(made, this) : wantedForm(made);
      (this[reinitializeHandle] as (handle: unknown) => void).call(this, form);
      return original.call(this, normalized);
    } as Connect;
  });
  // Where one address of several did not answer, Node makes a handle of its own for the next.
  for (const prototype of [net.Socket.prototype, TLSSocket.prototype]) {
    patches.replace(prototype as unknown as Record<symbol, Reinitialize>, reinitializeHandle, (original) => {
      return function (this: Inside & net.Socket, handle: object): void {
        const owner = current();
        const before = plainUnder(this._handle);
        if (owner === undefined || plainOf(handle) !== undefined || !(before instanceof TcpHandle)) {
          (original as Reinitialize).call(this, handle);
          return;
        }
        const made = new TcpHandle(owner);
        made.attempts = before.attempts;
        (original as Reinitialize).call(
          this,
          this instanceof TLSSocket ? formUnderTls(made, this) : formAs(before, made),
        );
      };
    });
  }
  patches.replace(net.Server.prototype as unknown as ServerPrototype, "_listen2", (original) => {
    return function (this: Inside & net.Server, address, port, addressType, backlog, fd, flags) {
      const owner = current();
      if (owner === undefined || fd >= 0 || this._handle) {
        original.call(this, address, port, addressType, backlog, fd, flags);
        return;
      }
      if (port === -1 && addressType === -1) {
        this._handle = bound(this, new PipeHandle(owner), (handle) => handle.bind(address ?? ""));
        original.call(this, address, port, addressType, backlog, fd, flags);
        return;
      }
      // As setupListenHandle() does without an address: all of them, of both families where there are two.
      const choices: [string, number | string][] =
        address === null
          ? [
              [wildcard(6), 6],
              [wildcard(4), 4],
            ]
          : [[address, addressType]];
      for (const [at, family] of choices) {
        this._handle = bound(this, new TcpHandle(owner), (handle) =>
          family === 6 ? handle.bind6(at, port, flags) : handle.bind(at, port, flags),
        );
        if (!(this._handle instanceof StreamHandle) && family === 6 && choices.length > 1) continue;
        original.call(this, at, port, family, backlog, fd, flags);
        return;
      }
    } as Listen2;
  });
}

/** Node looks for the owner at what it has made the TLS handle of, too. */
function formUnderTls(handle: TcpHandle | PipeHandle, socket: net.Socket): object {
  return Object.assign(nativeForm(handle, "tls"), { [internals().owner]: socket });
}

type Reinitialize = (this: Inside & net.Socket, handle: object) => void;
type Normalized = [options: net.TcpNetConnectOpts & { path?: string }, callback: unknown];
const { _normalizeArgs: normalizeArgs } = net as unknown as { _normalizeArgs: (args: unknown[]) => Normalized };

/** By this Node knows arguments that are normalized. */
const [NORMALIZED = Symbol("none")] = Object.getOwnPropertySymbols(normalizeArgs([0]));

/** net.connect() has normalized its arguments already; socket.connect() may be given them as they are. */
function normalize(args: unknown[]): Normalized {
  const [first] = args;
  return Array.isArray(first) && NORMALIZED in first ? (first as unknown as Normalized) : normalizeArgs(args);
}

/**
 * A name may have several addresses, which Node tries for a time each, by a timer that is not virtual: it is set for ever, and
 * the handle keeps the time instead.
 */
function withAttempts(handle: TcpHandle, options: Normalized[0]): Normalized[0] {
  const { host = "localhost", lookup = dns.lookup } = options;
  if (net.isIP(host) !== 0 || options.autoSelectFamily === false) return options;
  const timeoutMs = options.autoSelectFamilyAttemptTimeout ?? net.getDefaultAutoSelectFamilyAttemptTimeout();
  const attempts = { timeoutMs: Math.max(timeoutMs, ATTEMPT_MIN_MS), left: 1 };
  handle.attempts = attempts;
  const counting = (name: string, how: object, done: (...results: unknown[]) => void): void => {
    (lookup as (...args: unknown[]) => void)(name, how, (...results: unknown[]) => {
      if (Array.isArray(results[1])) attempts.left = results[1].length;
      done(...results);
    });
  };
  // What is no function Node refuses in its own way.
  const counted = typeof lookup === "function" ? (counting as net.LookupFunction) : options.lookup;
  return { ...options, lookup: counted, autoSelectFamilyAttemptTimeout: FOR_EVER_MS } as Normalized[0];
}

/** The handle; when it can't be bound, one that says so in listen(), from which Node makes the error. */
function bound<H extends StreamHandle>(server: net.Server, handle: H, bind: (handle: H) => number): unknown {
  // What TLS takes over has the form for it from the beginning.
  const taker = takerOf(server);
  if (taker !== undefined) handle.facing = (accepted) => nativeForm(accepted, taker);
  const error = bind(handle);
  if (error === 0) return handle;
  handle.close();
  return { listen: () => error, close: () => {}, getAsyncId: () => handle.getAsyncId() };
}
