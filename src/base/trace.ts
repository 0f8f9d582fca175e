/**
 * The trace: what happens in a world, step by step, as typed events.
 *
 * The steps are those of ARCHITECTURE.md, "the life of one write"; a step names the folder whose code emits it. Nothing
 * is allocated while nobody listens: the emitting code asks `tracer.on` first.
 */
import { assert } from "./assert.ts";

/** A frame as a listener sees it: only valid during the call; copy what is to be kept. */
export interface TracedFrame {
  /** Bytes on the wire. */
  readonly length: number;
  /** The bytes, with all checksums filled in. */
  copyBytes(): Uint8Array;
}

/** What a step of the trace says, beside when and where. */
export type TraceDetail =
  | {
      readonly step: "kernel/call";
      readonly pid: number;
      readonly process: string;
      readonly call: string;
      readonly args: readonly unknown[];
      /** The result, or the errno literal. */
      readonly result: unknown;
    }
  | {
      readonly step: "kernel/process";
      readonly pid: number;
      readonly process: string;
      readonly what: "spawn" | "fork" | "exec" | "exit" | "crash" | "kill" | "stop" | "continue" | "signal" | "reap";
      readonly text: string;
    }
  /** A call that can't be answered yet goes to sleep. Its end is a "kernel/call". */
  | {
      readonly step: "kernel/operation";
      readonly pid: number;
      readonly process: string;
      readonly call: string;
      readonly what: "sleep" | "wake";
      readonly on: string;
    }
  /** Bytes that a process wrote to its console. */
  | { readonly step: "host/console"; readonly pid: number; readonly process: string; readonly text: string }
  | {
      readonly step: "socket/send" | "socket/receive";
      readonly socket: string;
      readonly bytes: number;
      /** What the socket's buffer holds after it. */
      readonly queuedBytes: number;
    }
  | {
      readonly step:
        | "inet/tcp/output"
        | "inet/tcp/input"
        | "inet/udp/output"
        | "inet/udp/input"
        | "inet/ip/output"
        | "inet/ip/input"
        | "inet/ip/forward";
      readonly source: string;
      readonly destination: string;
      readonly bytes: number;
    }
  /** An IPv6 address of an interface has come to a state: "tentative", "preferred", "deprecated", "dadfailed", "removed". */
  | { readonly step: "inet/nd/address"; readonly interface: string; readonly address: string; readonly state: string }
  /** A connection changes its state; `connection` is "10.0.0.1:80 10.0.0.2:40000", the local end first. */
  | {
      readonly step: "inet/tcp/state";
      readonly connection: string;
      readonly from: string;
      readonly to: string;
      readonly cause: string;
    }
  /** A segment is sent again. */
  | {
      readonly step: "inet/tcp/retransmit";
      readonly connection: string;
      readonly seq: number;
      readonly bytes: number;
      readonly cause: string;
    }
  | {
      readonly step: "netif/output" | "netif/input";
      readonly interface: string;
      /** What the frame starts with: an Ethernet header, an IP header, a PPP header. */
      readonly linkType: "ethernet" | "raw-ip" | "ppp";
      readonly frame: TracedFrame;
    }
  | {
      readonly step: "link";
      readonly link: string;
      readonly what: "send" | "deliver" | "lose" | "duplicate" | "corrupt" | "reorder" | "rule";
      readonly bytes: number;
    }
  /** Something was discarded; the counter of that name was bumped. */
  | { readonly step: "drop"; readonly counter: string; readonly bytes: number };

/** One event of the trace. */
export type TraceEvent = TraceDetail & {
  /** Virtual time in nanoseconds since the world's start. */
  readonly timeNs: number;
  /** Name of the host, or of the link. */
  readonly host: string;
};

/** Who listens to a trace. */
export type TraceListener = (event: TraceEvent) => void;

/** Where steps are emitted and listeners subscribe; a world has one. */
export class Tracer {
  readonly #now: () => number;
  readonly #listeners: TraceListener[] = [];
  /** Does anybody listen? Ask before building an event. */
  on = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Hands every later event to the listener, in order; disposing ends it. */
  subscribe(listener: TraceListener): Disposable {
    this.#listeners.push(listener);
    this.on = true;
    return {
      [Symbol.dispose]: () => {
        const index = this.#listeners.indexOf(listener);
        if (index >= 0) this.#listeners.splice(index, 1);
        this.on = this.#listeners.length > 0;
      },
    };
  }

  emit(host: string, detail: TraceDetail): void {
    assert(this.on, "ask tracer.on before building an event");
    const event: TraceEvent = { timeNs: this.#now(), host, ...detail };
    for (const listener of [...this.#listeners]) listener(event);
  }
}
