/**
 * Clocks that Node and V8 read without asking Date or performance.now(): time stamps of events, entries of performance, files of
 * forms, Intl and Temporal; and the time by which a certificate is judged.
 *
 * Read first: lib/internal/event_target.js, lib/internal/perf/usertiming.js and lib/_tls_wrap.js of Node.
 */
import buffer from "node:buffer";
import { performance } from "node:perf_hooks";
import { current } from "./context.ts";
import { binding } from "./internals.ts";
import type { NodeProcess } from "./node-process.ts";
import type { Patches } from "./patch.ts";

type Call = (this: unknown, ...args: unknown[]) => unknown;
type Calls = Record<string, Call>;

export function patchClocks(patches: Patches): void {
  patchEvents(patches);
  patchPerformance(patches);
  patchFiles(patches);
  patchIntl(patches);
  patchTemporal(patches);
  patchCertificates(patches);
}

/** Time since the process began, as performance.now() tells it. */
export const sinceStartMs = (owner: NodeProcess): number => (owner.nowNs - owner.startNs) / 1e6;

/** An event's time is that of its making, where code makes it; of those that Node makes, that of the first look: it is the same. */
function patchEvents(patches: Patches): void {
  const stamps = new WeakMap<object, number>();
  const before = Object.getOwnPropertyDescriptor(Event.prototype, "timeStamp")?.get;
  patches.define(Event.prototype, "timeStamp", function (this: unknown): unknown {
    const owner = current();
    if (owner === undefined || typeof this !== "object" || this === null) return before?.call(this);
    const stamp = stamps.get(this) ?? sinceStartMs(owner);
    stamps.set(this, stamp);
    return stamp;
  });
  for (const name of ["Event", "CustomEvent"]) {
    patches.replace(globalThis as unknown as Record<string, new () => object>, name, (Original) => {
      if (Original === undefined) return Original as never;
      return new Proxy(Original, {
        construct: (target, args, newTarget) => {
          const made: object = Reflect.construct(target, args, newTarget);
          const owner = current();
          if (owner !== undefined) stamps.set(made, sinceStartMs(owner));
          return made;
        },
      });
    });
  }
}

function patchPerformance(patches: Patches): void {
  const prototype = Object.getPrototypeOf(performance);
  const origin = Object.getOwnPropertyDescriptor(prototype, "timeOrigin")?.get;
  patches.define(performance, "timeOrigin", () => {
    const owner = current();
    return owner === undefined ? origin?.call(performance) : owner.wallMs - sinceStartMs(owner);
  });
  const calls = performance as unknown as Calls;
  patches.replace(calls, "mark", (original) => (name, options) => {
    const owner = current();
    const given = owner === undefined ? {} : { startTime: sinceStartMs(owner) };
    return original?.call(performance, name, owner === undefined ? options : { ...given, ...(options as object) });
  });
  patches.replace(calls, "measure", (original) => (name, start, end) => {
    const owner = current();
    if (owner === undefined || end !== undefined) return original?.call(performance, name, start, end);
    const { ...given } = typeof start === "object" ? start : { start };
    const isEnded = "end" in given || "duration" in given;
    return original?.call(
      performance,
      name,
      isEnded ? given : { start: 0, ...defined(given), end: sinceStartMs(owner) },
    );
  });
}

const defined = (options: object): object =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined && value !== null));

/** A file of a form is of now, when nothing else is said. */
function patchFiles(patches: Patches): void {
  const made = new Map<object, object>();
  for (const target of [globalThis, buffer] as unknown as Record<string, new () => object>[]) {
    patches.replace(target, "File", (Original) => {
      const known = made.get(Original) ?? new Proxy(Original, { construct: constructFile });
      made.set(Original, known);
      return known as typeof Original;
    });
  }
}

function constructFile(target: new () => object, args: unknown[], newTarget: new () => object): object {
  const owner = current();
  const options = (args[2] ?? {}) as { lastModified?: number };
  if (owner !== undefined && options.lastModified === undefined) {
    args[2] = { ...options, lastModified: Math.floor(owner.wallMs) };
  }
  return Reflect.construct(target, args, newTarget);
}

/** Without a date, it formats that of now. */
function patchIntl(patches: Patches): void {
  const { prototype } = Intl.DateTimeFormat;
  const now = (date: unknown): unknown => (date === undefined ? current()?.wallMs : date);
  const format = Object.getOwnPropertyDescriptor(prototype, "format")?.get;
  patches.define(prototype, "format", function (this: unknown): unknown {
    const bound = format?.call(this) as (date: unknown) => string;
    return current() === undefined ? bound : (date: unknown) => bound(now(date));
  });
  patches.replace(prototype as unknown as Calls, "formatToParts", (original) => {
    return function (this: unknown, date) {
      return original?.call(this, now(date));
    };
  });
}

interface TemporalLike {
  readonly Now: Calls;
  readonly Instant: { fromEpochNanoseconds(ns: bigint): { toZonedDateTimeISO(zone: unknown): Record<string, Call> } };
}

/** Node 26 has it. */
function patchTemporal(patches: Patches): void {
  const { Temporal } = globalThis as unknown as { Temporal?: TemporalLike };
  if (Temporal === undefined) return;
  const { Now, Instant } = Temporal;
  const instant = (owner: NodeProcess) => Instant.fromEpochNanoseconds(owner.wallNs);
  const zoned = (owner: NodeProcess, zone: unknown = Now.timeZoneId?.()) => instant(owner).toZonedDateTimeISO(zone);
  const values: Record<string, (owner: NodeProcess, zone?: unknown) => unknown> = {
    instant,
    zonedDateTimeISO: zoned,
    plainDateTimeISO: (owner, zone) => zoned(owner, zone).toPlainDateTime?.(),
    plainDateISO: (owner, zone) => zoned(owner, zone).toPlainDate?.(),
    plainTimeISO: (owner, zone) => zoned(owner, zone).toPlainTime?.(),
  };
  for (const [name, value] of Object.entries(values)) {
    patches.replace(Now, name, (original) => (zone) => {
      const owner = current();
      return owner === undefined ? original?.call(Now, zone) : value(owner, zone);
    });
  }
}

interface Certificate {
  readonly valid_from?: string;
  readonly valid_to?: string;
}
interface TlsClass {
  readonly prototype: Record<string, (this: { getPeerCertificate(): Certificate | undefined }) => Error | null>;
}

/** OpenSSL judges by the real time; what virtual time has ended, or not yet begun, is no good either. */
function patchCertificates(patches: Patches): void {
  const { TLSWrap } = binding<{ TLSWrap: TlsClass }>("tls_wrap");
  patches.replace(TLSWrap.prototype, "verifyError", (original) => {
    return function (this: { getPeerCertificate(): Certificate | undefined }): Error | null {
      const error = original?.call(this) ?? null;
      const owner = current();
      if (owner === undefined || error !== null) return error;
      const { valid_from = "", valid_to = "" } = this.getPeerCertificate() ?? {};
      if (owner.wallMs > Date.parse(valid_to)) return failure("CERT_HAS_EXPIRED", "certificate has expired");
      if (owner.wallMs < Date.parse(valid_from)) return failure("CERT_NOT_YET_VALID", "certificate is not yet valid");
      return null;
    };
  });
}

const failure = (code: string, message: string): Error => Object.assign(new Error(message), { code });
