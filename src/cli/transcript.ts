/**
 * The transcript: what happens in a world, line by line, for people.
 *
 *        0.000000000  alice   receiver[2]    bind(3, 10.0.0.1:7) = 0
 *        time, s      host    process or     what it does, in the words of strace and tcpdump
 *                             interface
 *
 * Shown are processes, calls, console output, frames at interfaces, and what is lost. Steps inside of the protocols are
 * left to --json: the calls and frames on either side of them tell the same.
 */
import { formatSeconds, type TraceEvent } from "../entry-node.ts";
import { type CallEvent, formatCall, isErrno } from "./call-text.ts";
import { formatFrame } from "./frame-text.ts";
import { escapeText } from "./quote.ts";
import type { Style } from "./style.ts";

const TIME_WIDTH = 13;
const HOST_MIN_WIDTH = 6;
const WHO_MIN_WIDTH = 13;

type ProcessEvent = Extract<TraceEvent, { step: "kernel/process" }>;
type LinkEvent = Extract<TraceEvent, { step: "link" }>;
type RetransmitEvent = Extract<TraceEvent, { step: "inet/tcp/retransmit" }>;

/** What the right half of a line says. */
interface Saying {
  readonly who: string;
  readonly what: string;
  readonly style?: keyof Style;
}

export class Transcript {
  readonly #write: (text: string) => void;
  readonly #style: Style;
  #hostWidth = HOST_MIN_WIDTH;
  #whoWidth = WHO_MIN_WIDTH;
  /** A process that has just written to its console: its write() says nothing new. */
  #printing = "";
  #lastLine = "";
  #repetitions = 0;

  constructor(write: (text: string) => void, style: Style) {
    this.#write = write;
    this.#style = style;
  }

  /** Writes out what is held back: how often the last line was repeated. */
  end(): void {
    if (this.#repetitions > 0) this.#write(`${" ".repeat(TIME_WIDTH)}  … ${this.#repetitions} more times the same\n`);
    this.#repetitions = 0;
  }

  /** One step of the trace: a line, several, or none. */
  add(event: TraceEvent): void {
    for (const { who, what, style } of this.#sayings(event)) {
      // A column that has become wider stays so.
      this.#hostWidth = Math.max(this.#hostWidth, event.host.length);
      this.#whoWidth = Math.max(this.#whoWidth, who.length);
      const { dim } = this.#style;
      const time = formatSeconds(event.timeNs).slice(0, -" s".length).padStart(TIME_WIDTH);
      const text = style === undefined ? what : this.#style[style](what);
      this.#line(`${dim(time)}  ${event.host.padEnd(this.#hostWidth)}  ${who.padEnd(this.#whoWidth)}  ${text}\n`);
    }
  }

  /** A program that calls again and again at one instant gets one line, not a million. */
  #line(line: string): void {
    if (line === this.#lastLine) {
      this.#repetitions++;
      return;
    }
    this.end();
    this.#lastLine = line;
    this.#write(line);
  }

  #sayings(event: TraceEvent): readonly Saying[] {
    switch (event.step) {
      case "kernel/call":
        return this.#call(event);
      case "kernel/operation":
        if (event.what !== "sleep") return [];
        return [{ who: processName(event), what: `${event.call}(…) waits on ${escapeText(event.on)}`, style: "dim" }];
      case "kernel/process":
        return processSayings(event);
      case "host/console":
        this.#printing = `${event.host}/${event.pid}`;
        return consoleSayings(processName(event), event.text);
      case "netif/output":
        return [{ who: event.interface, what: `Out ${formatFrame(event)}`, style: "packet" }];
      case "netif/input":
        return [{ who: event.interface, what: `In  ${formatFrame(event)}`, style: "packet" }];
      case "link":
        return linkSayings(event);
      case "inet/tcp/state":
        return [
          { who: "tcp", what: `${event.connection}: ${event.from} → ${event.to} (${event.cause})`, style: "dim" },
        ];
      case "inet/tcp/retransmit":
        return [{ who: "tcp", what: retransmissionText(event), style: "error" }];
      case "drop":
        return [{ who: "", what: `drops ${event.bytes} bytes: ${event.counter}`, style: "error" }];
      default:
        return [];
    }
  }

  #call(event: CallEvent): readonly Saying[] {
    const isPrinted = event.call === "write" && this.#printing === `${event.host}/${event.pid}`;
    if (isPrinted) this.#printing = "";
    if (isPrinted && !isErrno(event.result)) return [];
    const saying = { who: processName(event), what: formatCall(event) };
    return isErrno(event.result) ? [{ ...saying, style: "error" }] : [saying];
  }
}

function processName({ process, pid }: { readonly process: string; readonly pid: number }): string {
  return `${escapeText(process)}[${pid}]`;
}

function processSayings(event: ProcessEvent): readonly Saying[] {
  const who = processName(event);
  const text = escapeText(event.text);
  switch (event.what) {
    case "spawn":
      return [{ who, what: `starts, spawned ${text}`, style: "bold" }];
    case "fork":
      return [{ who, what: `starts, forked ${text}`, style: "bold" }];
    case "exec":
      return [{ who, what: `runs ${text} now`, style: "bold" }];
    case "exit":
      return [{ who, what: `ends, ${text}`, style: "bold" }];
    case "kill":
      return [{ who, what: `is ended by ${text}`, style: "error" }];
    case "crash":
      return [{ who, what: `crashes, ${text}`, style: "error" }];
    case "stop":
    case "continue":
      return [{ who, what: `is ${text}`, style: "bold" }];
    case "signal":
      return [{ who, what: `gets ${text}`, style: "bold" }];
    case "reap":
      // Its parent's wait() says so.
      return [];
  }
}

function consoleSayings(who: string, text: string): readonly Saying[] {
  const lines = text.replace(/\n$/, "").split("\n");
  return lines.map((line) => ({ who, what: `» ${escapeText(line).replaceAll('\\"', '"')}`, style: "bold" }));
}

function retransmissionText({ connection, seq, bytes, cause }: RetransmitEvent): string {
  return `${connection}: sends ${bytes} bytes at ${seq} again (${cause})`;
}

function linkSayings({ what, bytes }: LinkEvent): readonly Saying[] {
  const frame = `a frame of ${bytes} bytes`;
  switch (what) {
    case "duplicate":
      return [{ who: "", what: `duplicates ${frame}`, style: "error" }];
    case "corrupt":
      return [{ who: "", what: `corrupts ${frame}`, style: "error" }];
    case "reorder":
      return [{ who: "", what: `holds ${frame} back`, style: "error" }];
    case "rule":
      return [{ who: "", what: `a rule acts on ${frame}`, style: "error" }];
    default:
      // The interfaces show what is sent and delivered; a drop says what is lost.
      return [];
  }
}
