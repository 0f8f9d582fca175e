/**
 * Steps of the trace as JSON lines: every field of the event, bytes as hexadecimal digits, addresses as text.
 */
import type { Errno, TraceEvent } from "../entry-node.ts";
import { formatEndpoint, isErrno, movedBytes } from "./call-text.ts";
import { formatFrame } from "./frame-text.ts";

/** One line, with its end. */
export function formatJson(event: TraceEvent): string {
  return `${JSON.stringify(toRecord(event))}\n`;
}

function toRecord(event: TraceEvent): Readonly<Record<string, unknown>> {
  switch (event.step) {
    case "kernel/call": {
      const { timeNs, host, step, pid, process, call, args, result } = event;
      const moved = movedBytes(event);
      const common = { timeNs, host, step, pid, process, call, args: args.map(plain), ...outcome(result) };
      return moved === undefined ? common : { ...common, data: hex(moved) };
    }
    case "netif/output":
    case "netif/input": {
      const { frame, ...rest } = event;
      return { ...rest, length: frame.length, text: formatFrame(event), frame: hex(frame.copyBytes()) };
    }
    default:
      return event;
  }
}

function outcome(result: unknown): { readonly error: Errno } | { readonly result: unknown } {
  return isErrno(result) ? { error: result } : { result: plain(result) };
}

/** A buffer is its length: what was moved is in `data`. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { length: value.length };
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if ("address" in value && "port" in value) return formatEndpoint(value);
  if ("text" in value) return value.text;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
