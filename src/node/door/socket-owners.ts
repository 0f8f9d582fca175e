/**
 * Whose socket is it? To use a socket, server or datagram socket of another process is an Error that says so; to use one of the
 * machine in a virtual process is a way out of the world.
 *
 * Here are the calls by which Node changes its object before it comes to the handle, and those that the handle can't tell
 * apart: they are looked at before anything has changed. The other ones come to the handle at once, which looks itself.
 *
 * Code outside of all processes may close, pause and look at what is a process's, as a test does that clears up, and so may what
 * acts for every process: the timer that undici has for all, and an AbortSignal. What follows runs as the owner.
 */
import dgram from "node:dgram";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import { alike } from "./alike.ts";
import { current, forAll } from "./context.ts";
import { datagramHandle } from "./dgram.ts";
import { Handle } from "./handle.ts";
import { internals } from "./internals.ts";
import { isLoaderCalling } from "./module-loading.ts";
import { isOfMachine, plainUnder } from "./native-handle.ts";
import type { Patches } from "./patch.ts";
import { isRefused, refuse } from "./refuse.ts";

type Call = (this: unknown, ...args: unknown[]) => unknown;
type Calls = Record<string, Call>;
/** Our handle under an object, if it has one. Throws where it is the machine's. */
type Find = (of: unknown, call: string) => Handle | undefined;

interface StreamLike {
  readonly _handle: object | null;
  readonly _isStdio?: boolean;
}

/** Only the process itself makes these. */
const OF_SOCKETS: readonly string[] = ["setNoDelay", "setKeepAlive"];
/** These may come before the socket has a handle that is ours. */
const OF_STREAMS: readonly string[] = ["setEncoding", "cork", "uncork"];
const OF_DATAGRAMS: readonly string[] =
  "bind connect disconnect send setBroadcast setTTL setMulticastTTL setMulticastLoopback setMulticastInterface addMembership dropMembership addSourceSpecificMembership dropSourceSpecificMembership setRecvBufferSize setSendBufferSize".split(
    " ",
  );
/** These also code outside of all processes. */
const CLOSING: readonly string[] = ["destroy", "destroySoon", "resetAndDestroy", "pause", "resume"];
const OF_SERVERS: readonly string[] = ["close", "getConnections"];
const OF_HTTP_SERVERS: readonly string[] = ["setTimeout", "closeAllConnections", "closeIdleConnections"];

export function patchSocketOwners(patches: Patches): void {
  const sockets = net.Socket.prototype as unknown as Calls;
  const datagrams = dgram.Socket.prototype as unknown as Calls;
  patchWriting(patches, sockets);
  for (const name of OF_SOCKETS) onlyOwner(patches, sockets, name, ofStream);
  for (const name of OF_STREAMS) onlyOwner(patches, sockets, name, ofCarried);
  for (const name of OF_DATAGRAMS) onlyOwner(patches, datagrams, name, ofDatagrams);
  for (const name of CLOSING) asOwner(patches, sockets, name, ofStream);
  patchReading(patches, sockets);
  const servers = [net.Server, http.Server, https.Server].map((server) => server.prototype as unknown as Calls);
  for (const [index, server] of servers.entries()) {
    for (const name of OF_SERVERS) asOwner(patches, server, name, ofStream);
    if (index > 0) for (const name of OF_HTTP_SERVERS) asOwner(patches, server, name, ofStream);
  }
  asOwner(patches, datagrams, "close", ofDatagrams);
  patches.replace(AbortController.prototype as unknown as Calls, "abort", (original) => {
    const abort: Call = function (this: unknown, ...args) {
      return current() === undefined ? original?.apply(this, args) : forAll(() => original?.apply(this, args));
    };
    return alike(abort, original as Call);
  });
}

/** Each write goes by here. */
function patchWriting(patches: Patches, sockets: Calls): void {
  patches.replace(sockets, "write", (original) => {
    const write = function (this: unknown, chunk: unknown, encoding: unknown, done: unknown): unknown {
      ofStream(this, "write")?.owner.assertOwn();
      return original?.call(this, chunk, encoding, done);
    };
    return alike(write as Call, original as Call);
  });
  asOwner(patches, sockets, "end", ofStream);
  patches.replace(sockets, "end", (original) => {
    const end = function (this: unknown, chunk: unknown, encoding: unknown, done: unknown): unknown {
      const isWriting = chunk !== undefined && chunk !== null && typeof chunk !== "function";
      if (isWriting) ofStream(this, "end")?.owner.assertOwn();
      return original?.call(this, chunk, encoding, done);
    };
    return alike(end as Call, original as Call);
  });
}

/** read(0) takes nothing: Node asks so for more, after each piece. */
function patchReading(patches: Patches, sockets: Calls): void {
  patches.replace(sockets, "read", (original) => {
    const read = function (this: unknown, size: unknown): unknown {
      if (size !== 0) ofCarried(this)?.owner.assertOwn();
      return original?.call(this, size);
    };
    return alike(read as Call, original as Call);
  });
}

function onlyOwner(patches: Patches, prototype: Calls, name: string, find: Find): void {
  patches.replace(prototype, name, (original) => {
    const checked: Call = function (this: unknown, ...args) {
      find(this, name)?.owner.assertOwn();
      return original?.apply(this, args);
    };
    return alike(checked, original as Call);
  });
}

function asOwner(patches: Patches, prototype: Calls, name: string, find: Find): void {
  patches.replace(prototype, name, (original) => {
    const checked: Call = function (this: unknown, ...args) {
      const handle = find(this, name);
      if (handle === undefined || handle.owner === current()) return original?.apply(this, args);
      handle.owner.assertNotForeign();
      return handle.inContext(() => original?.apply(this, args));
    };
    return alike(checked, original as Call);
  });
}

function ofCarried(of: unknown): Handle | undefined {
  const { _handle: handle } = of as StreamLike;
  if (handle instanceof Handle) return handle;
  return handle === null || typeof handle !== "object" || isOfMachine(handle) ? undefined : plainUnder(handle);
}

function ofStream(of: unknown, call: string): Handle | undefined {
  const { _handle: handle, _isStdio: isStdio } = of as StreamLike;
  if (handle === null || typeof handle !== "object" || handle instanceof Handle || !isOfMachine(handle)) {
    return ofCarried(of);
  }
  if (isRefused("net") && isStdio !== true && !isGranted(handle)) {
    refuse(`net.${of instanceof net.Server ? "Server" : "Socket"}.${call}() of a socket of the machine`, "net");
  }
  return undefined;
}

/** The streams of a child process that it was allowed, and those by which a loader of modules tells what it loads. */
function isGranted(handle: object): boolean {
  const isPipe = Object.getPrototypeOf(handle) === internals().Pipe.prototype;
  return isPipe && (!isRefused("child_process") || isLoaderCalling());
}

function ofDatagrams(of: unknown, call: string): Handle | undefined {
  const handle = datagramHandle(of as dgram.Socket);
  if (handle === null || handle instanceof Handle) return handle ?? undefined;
  refuse(`dgram.Socket.${call}() of a socket of the machine`, "net");
  return undefined;
}
