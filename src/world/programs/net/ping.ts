/**
 * ping(8): is a host there, and how far is it? ICMP echo requests, and what becomes of them.
 *
 * Read first: ping(8), RFC 792. Order: run() → probe (which address would we send from?) → send and receive in turn until the count is
 * reached, the deadline has come, or Ctrl-C → the statistics.
 */
import { AF_INET6, SO_BROADCAST, SOCK_DGRAM, SOL_SOCKET } from "../../../abi/socket.ts";
import { SystemError } from "../../../kernel/system-error.ts";
import { errorText, type Tool, type Toolbox } from "../tool.ts";
import { Interrupt, nowNs, readable, roundTripText } from "./clock.ts";
import { type EchoEvent, EchoSocket } from "./echo-socket.ts";
import { unreachableText } from "./icmp-text.ts";
import { nameOf, type Target, target } from "./names.ts";

const SECOND_NS = 1e9;
/** So long the last answer is waited for, when none has come. */
const LINGER_NS = 10 * SECOND_NS;
const DATA_BYTES = 56;
/** What fits an IPv4 packet beside the two headers. */
const DATA_MAX_BYTES = 65_507;
const COUNT_MAX = 1_000_000_000;
/** For the socket that asks which way: nothing is sent there. */
const PROBE_PORT = 1025;

interface Options {
  readonly count: number;
  readonly intervalNs: number;
  readonly dataBytes: number;
  readonly lingerNs: number | undefined;
  readonly deadlineNs: number;
  readonly isQuiet: boolean;
  readonly isNumeric: boolean;
}

export const ping: Tool = {
  name: "ping",
  usage: "[-46bnq] [-c COUNT] [-i SECONDS] [-s BYTES] [-t TTL] [-W SECONDS] [-w SECONDS] HOST",
  summary: `Sends ICMP echo requests, and tells what comes back. Ctrl-C ends it with the statistics.
  -c COUNT    ends after so many          -i SECONDS  between two requests (1)
  -s BYTES    of data (56)                -t TTL      how many hops they may take
  -W SECONDS  to wait for the last answer -w SECONDS  ends after that time, whatever has come
  -q  only the statistics   -n  no names   -b  to a broadcast address   -4, -6  the family
Exit status: 0 when an answer has come, 1 when none has, 2 for other errors.`,
  options: "46bc:i:ns:t:qW:w:",
  isMixed: true,
  async run(box) {
    const name = box.operands[0] ?? box.refuse("which host?");
    if (box.operands.length > 1) box.refuse("one host");
    const options = optionsOf(box);
    const to = await target(box, name);
    await mayReach(box, to);
    const socket = openSocket(box, to);
    return await new Pinger(box, socket, to, options).run();
  },
};

function optionsOf(box: Toolbox): Options {
  const limitNs = box.seconds("w");
  return {
    count:
      box.number("c", 1, COUNT_MAX) ?? (limitNs === undefined ? Number.POSITIVE_INFINITY : Number.MAX_SAFE_INTEGER),
    intervalNs: box.seconds("i") ?? SECOND_NS,
    dataBytes: box.number("s", 0, DATA_MAX_BYTES) ?? DATA_BYTES,
    lingerNs: box.seconds("W"),
    deadlineNs: limitNs === undefined ? Number.POSITIVE_INFINITY : nowNs(box.sys) + limitNs,
    isQuiet: box.has("q"),
    isNumeric: box.has("n"),
  };
}

/** As ping(8) does, a datagram socket is connected first, which tells whether there is a way at all. */
async function mayReach(box: Toolbox, { family, address }: Target): Promise<void> {
  const { sys } = box;
  const fd = sys.socket(family, SOCK_DGRAM);
  try {
    if (box.has("b")) sys.setsockopt(fd, SOL_SOCKET, SO_BROADCAST, 1);
    await sys.connect(fd, { address, port: PROBE_PORT });
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    if (error.code === "EACCES") box.fail("Do you want to ping broadcast? Then -b.", 2);
    box.fail(`connect: ${errorText(error)}`, 2);
  } finally {
    sys.close(fd);
  }
}

function openSocket(box: Toolbox, { family }: Target): EchoSocket {
  try {
    const socket = new EchoSocket(box.sys, family);
    const ttl = box.number("t", 1, 255);
    if (ttl !== undefined) socket.setTtl(ttl);
    if (box.has("b")) box.sys.setsockopt(socket.fd, SOL_SOCKET, SO_BROADCAST, 1);
    return socket;
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return box.fail(`socket: ${errorText(error)}`, 2);
  }
}

class Pinger {
  readonly #box: Toolbox;
  readonly #socket: EchoSocket;
  readonly #to: Target;
  readonly #options: Options;
  readonly #interrupt: Interrupt;
  readonly #startNs: number;
  /** When each request was sent that has not been answered, by sequence number. */
  readonly #sentNs: Map<number, number> = new Map<number, number>();
  readonly #times: number[] = [];
  #transmitted = 0;
  #received = 0;
  #duplicates = 0;
  #errors = 0;
  #lastSentNs = 0;

  constructor(box: Toolbox, socket: EchoSocket, to: Target, options: Options) {
    this.#box = box;
    this.#socket = socket;
    this.#to = to;
    this.#options = options;
    this.#interrupt = new Interrupt(box.sys);
    this.#startNs = nowNs(box.sys);
  }

  async run(): Promise<number> {
    const { name, address, family } = this.#to;
    const { dataBytes, count } = this.#options;
    const whole = family === AF_INET6 ? "" : `(${dataBytes + 28})`;
    await this.#box.out(
      `PING ${name} (${address}) ${dataBytes}${whole} ${family === AF_INET6 ? "data bytes" : "bytes of data."}\n`,
    );
    await this.#exchange();
    await this.#tellStatistics();
    const isShort = Number.isFinite(this.#options.deadlineNs) && Number.isFinite(count) && this.#received < count;
    const wantsAll = this.#box.has("c") && isShort;
    return this.#received === 0 || wantsAll ? 1 : 0;
  }

  async #exchange(): Promise<void> {
    const { sys } = this.#box;
    const { deadlineNs, intervalNs, count } = this.#options;
    let dueNs = this.#startNs;
    while (!this.#interrupt.happened && !this.#isOver()) {
      const isSending = this.#transmitted < count;
      const now = nowNs(sys);
      if (now >= deadlineNs) return;
      if (isSending && now >= dueNs) {
        await this.#send();
        dueNs = now + intervalNs;
        continue;
      }
      const untilNs = isSending ? dueNs : this.#lastSentNs + this.#lingerNs();
      if (!isSending && now >= untilNs) return;
      if (await readable(sys, this.#socket.fd, Math.min(untilNs, deadlineNs))) await this.#receive();
    }
  }

  /** Every request that was asked for has met its fate. */
  #isOver(): boolean {
    return this.#transmitted >= this.#options.count && this.#sentNs.size === 0;
  }

  #lingerNs(): number {
    const { lingerNs, intervalNs } = this.#options;
    if (lingerNs !== undefined) return lingerNs;
    return this.#times.length === 0 ? LINGER_NS : Math.max(2 * Math.max(...this.#times.slice(-100)), intervalNs);
  }

  async #send(): Promise<void> {
    const sequence = ++this.#transmitted & 0xffff;
    this.#lastSentNs = nowNs(this.#box.sys);
    this.#sentNs.set(sequence, this.#lastSentNs);
    try {
      await this.#socket.send(this.#to.address, sequence, this.#options.dataBytes);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      if (error.code === "EINTR") return;
      this.#sentNs.delete(sequence);
      this.#errors++;
      await this.#box.complain(`sendmsg: ${errorText(error)}`);
    }
  }

  async #receive(): Promise<void> {
    const event = await this.#next();
    if (event === undefined) return;
    const sentNs = this.#sentNs.get(event.sequence);
    this.#sentNs.delete(event.sequence);
    if (event.error !== null) {
      if (sentNs === undefined) return;
      this.#errors++;
      const { type, code, info } = event.error;
      await this.#line(
        `From ${await this.#who(event.from)} icmp_seq=${event.sequence} ${unreachableText(this.#to.family, type, code, info)}`,
      );
      return;
    }
    const takenNs = sentNs === undefined ? undefined : nowNs(this.#box.sys) - sentNs;
    if (takenNs === undefined) this.#duplicates++;
    else {
      this.#received++;
      this.#times.push(takenNs);
    }
    await this.#line(await this.#replyText(event, takenNs));
  }

  /** A pending error of the socket is not more than the message that has told it. */
  async #next(): Promise<EchoEvent | undefined> {
    try {
      return await this.#socket.receive();
    } catch (error) {
      if (error instanceof SystemError) return undefined;
      throw error;
    }
  }

  async #replyText({ from, sequence, ttl, bytes }: EchoEvent, takenNs: number | undefined): Promise<string> {
    const time = this.#options.dataBytes >= 16 && takenNs !== undefined ? ` time=${roundTripText(takenNs)} ms` : "";
    const again = takenNs === undefined ? " (DUP!)" : "";
    return `${bytes} bytes from ${await this.#who(from)}: icmp_seq=${sequence} ttl=${ttl}${time}${again}`;
  }

  async #line(text: string): Promise<void> {
    if (!this.#options.isQuiet) await this.#box.out(`${text}\n`);
  }

  async #who(address: string): Promise<string> {
    if (this.#options.isNumeric || this.#to.isNumeric) return address;
    const name = await nameOf(this.#box.sys, address);
    return name === address ? address : `${name} (${address})`;
  }

  async #tellStatistics(): Promise<void> {
    const [sent, received] = [this.#transmitted, this.#received];
    const tookMs = Math.floor((nowNs(this.#box.sys) - this.#startNs) / 1e6);
    const loss = sent === 0 ? 0 : ((sent - received) * 100) / sent;
    const parts = [
      `${sent} packets transmitted`,
      `${received} received`,
      ...(this.#duplicates > 0 ? [`+${this.#duplicates} duplicates`] : []),
      ...(this.#errors > 0 ? [`+${this.#errors} errors`] : []),
      `${Number(loss.toPrecision(6))}% packet loss`,
      `time ${tookMs}ms`,
    ];
    await this.#box.out(`\n--- ${this.#to.name} ping statistics ---\n${parts.join(", ")}\n`);
    if (this.#times.length > 0) await this.#box.out(`rtt min/avg/max/mdev = ${summary(this.#times)} ms\n`);
  }
}

/** Lowest, mean, highest, and the standard deviation, in milliseconds. */
function summary(times: readonly number[]): string {
  const us = times.map((ns) => Math.floor(ns / 1000));
  const mean = us.reduce((sum, each) => sum + each, 0) / us.length;
  const variance = us.reduce((sum, each) => sum + (each - mean) * (each - mean), 0) / us.length;
  const all = [us.reduce((a, b) => Math.min(a, b)), mean, us.reduce((a, b) => Math.max(a, b)), Math.sqrt(variance)];
  return all.map((value) => (Math.floor(value) / 1000).toFixed(3)).join("/");
}
