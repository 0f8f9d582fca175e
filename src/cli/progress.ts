/**
 * The progress of a long run: one line on standard error, written over itself, and gone at the end.
 *
 * It is shown to people only: when standard error is a terminal, and standard output does not already fill it. It looks
 * at the world from a timer of the outer machine, so it sees the scenario's own runs as well, and changes nothing.
 */
import { formatSeconds, parseDuration, type World } from "../entry-node.ts";

const ERASE_LINE = "\r\x1b[K";
const NS_PER_SECOND = 1e9;
const INTERVAL_MS = 200;

export class Progress {
  readonly #world: World;
  readonly #untilNs: number | undefined;
  readonly #startNs: bigint = process.hrtime.bigint();
  readonly #timer: NodeJS.Timeout;
  #isShown = false;

  constructor(world: World, until: string | undefined) {
    this.#world = world;
    this.#untilNs = until === undefined ? undefined : parseDuration("until", until);
    this.#timer = setInterval(() => this.#show(), INTERVAL_MS).unref();
  }

  /** Would anybody see it? */
  static isWanted(isStdoutBusy: boolean): boolean {
    return process.stderr.isTTY === true && !(isStdoutBusy && process.stdout.isTTY === true);
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#isShown) process.stderr.write(ERASE_LINE);
    this.#isShown = false;
  }

  #show(): void {
    const { nowNs, events } = this.#world.result();
    const seconds = Number(process.hrtime.bigint() - this.#startNs) / NS_PER_SECOND;
    process.stderr.write(
      `${ERASE_LINE}${this.#place(nowNs)}  ${events} events, ${Math.round(events / seconds)} a second`,
    );
    this.#isShown = true;
  }

  #place(nowNs: number): string {
    if (this.#untilNs === undefined || this.#untilNs === 0) return formatSeconds(nowNs);
    const percent = Math.floor((nowNs / this.#untilNs) * 100);
    return `${formatSeconds(nowNs)} of ${formatSeconds(this.#untilNs)} (${percent} %)`;
  }
}
