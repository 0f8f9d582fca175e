/**
 * The few things of Node's inside that handles need, looked up once and checked: a Node that has them otherwise is refused
 * at once, with what is missing.
 *
 * Read first: docs/SPIKE-NODE-HANDLE.md, "Per version". They come from process.binding(), which Node 20 to 26 have.
 */
import net from "node:net";
import { getSystemErrorMap, types } from "node:util";
import { outside } from "./context.ts";

/** Numbers that handles leave for the JavaScript of Node's streams, by index; and what else is there. */
interface StreamWrap {
  readonly streamBaseState: Int32Array;
  readonly kReadBytesOrError: number;
  readonly kArrayBufferOffset: number;
  readonly kBytesWritten: number;
  readonly kLastWriteWasAsync: number;
  readonly kLastWriteErr?: number;
  /** Requests, as native streams take them. */
  readonly WriteWrap: new () => object;
  readonly ShutdownWrap: new () => object;
}

/** Classes of Node's native handles, as far as the door looks at them. */
type NativeClass = abstract new (...args: never[]) => object;

/** Node's stream whose far side is JavaScript: TLS and HTTP/2 take it as they take a socket. */
export interface JsStream {
  readBuffer(bytes: Uint8Array): void;
  emitEOF(): void;
  readStart(): number;
  finishWrite(request: object, status: number): void;
  finishShutdown(request: object, status: number): void;
  onread?: (buffer: undefined) => unknown;
}
type JsStreamClass = new () => JsStream;

interface Internals {
  readonly stream: StreamWrap;
  readonly TCP: NativeClass;
  readonly Pipe: NativeClass;
  readonly JSStream: JsStreamClass;
  /** Gives a net.Socket another handle before it connects. */
  readonly reinitializeHandle: symbol;
  /** Leads from a handle to its socket. */
  readonly owner: symbol;
}

/** Why this Node can't carry programs; undefined when it can. */
export function whyUnsupported(): string | undefined {
  const { binding } = process as unknown as { binding?: (name: string) => unknown };
  if (typeof binding !== "function") return "process.binding() is not there: this is no Node.js";
  try {
    binding.call(process, "stream_wrap");
  } catch (error) {
    return `process.binding() is refused (${(error as Error).message}): run without --permission`;
  }
  const missing = missingInternals();
  return missing.length === 0
    ? undefined
    : `Node ${process.version} has no ${missing.join(", no ")}: it is not supported`;
}

function missingInternals(): string[] {
  const { streamBaseState, ...indices } = streamWrap();
  const missing = types.isInt32Array(streamBaseState) ? [] : ["streamBaseState"];
  for (const name of ["kReadBytesOrError", "kArrayBufferOffset", "kBytesWritten", "kLastWriteWasAsync"] as const) {
    if (typeof indices[name] !== "number") missing.push(name);
  }
  for (const name of ["WriteWrap", "ShutdownWrap"] as const) {
    if (typeof indices[name] !== "function") missing.push(name);
  }
  if (reinitializeSymbol() === undefined) missing.push("kReinitializeHandle");
  if (ownerSymbol() === undefined) missing.push("owner_symbol");
  return missing;
}

function streamWrap(): StreamWrap {
  return binding("stream_wrap");
}

function reinitializeSymbol(): symbol | undefined {
  const symbols = Object.getOwnPropertySymbols(net.Socket.prototype);
  return symbols.find(({ description }) => description === "kReinitializeHandle");
}

/** A socket writes it into the handle that it is given. */
function ownerSymbol(): symbol | undefined {
  const handle = { close: () => {}, getAsyncId: () => 0 };
  new net.Socket({ handle, manualStart: true } as unknown as net.SocketConstructorOpts).destroy();
  return Object.getOwnPropertySymbols(handle).find(({ description }) => description === "owner_symbol");
}

let found: Internals | null = null;

/** The internals. Ask whyUnsupported() first. */
export function internals(): Internals {
  found ??= {
    stream: streamWrap(),
    TCP: binding<{ TCP: NativeClass }>("tcp_wrap").TCP,
    Pipe: binding<{ Pipe: NativeClass }>("pipe_wrap").Pipe,
    JSStream: binding<{ JSStream: JsStreamClass }>("js_stream").JSStream,
    reinitializeHandle: reinitializeSymbol() as symbol,
    owner: ownerSymbol() as symbol,
  };
  return found;
}

/** One of Node's internal modules. */
export function binding<T>(name: string): T {
  // Code of virtual processes is refused it.
  return outside(() => quietly(() => (process as unknown as { binding: (name: string) => T }).binding(name)));
}

/** What is experimental or deprecated is our affair, and not the user's: no warning. */
export function quietly<T>(load: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}

const uvCodes: ReadonlyMap<string, number> = new Map([...getSystemErrorMap()].map(([code, [name]]) => [name, code]));

/** libuv's number of an errno: negative. On Windows it is not the platform's own, so the table is asked. */
export function uvCode(errno: string): number {
  return uvCodes.get(errno) ?? (uvCodes.get("UNKNOWN") as number);
}

/** What libuv says of an errno. */
export function uvMessage(errno: string): string {
  return getSystemErrorMap().get(uvCode(errno))?.[1] ?? errno;
}

/** An error as Node makes it of a system call that failed. */
export function systemError(code: string, syscall: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${syscall} ${code}`), { errno: uvCode(code), code, syscall });
}
