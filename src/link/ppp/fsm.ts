/**
 * PPP's option negotiation automaton, as a table.
 *
 * Read first: RFC 1661 §4. The table is §4.1's: a row for each event, a column for each state; a cell has the actions and
 * then the next state by its number. Order: happen() looks up the cell → actions, in the cell's order, then the state.
 * The owner does the actions of the layer (tlu, tld, tls, tlf) and sends packets; the restart timer and its counter are here.
 */
import { TimedEvent } from "../../base/event-queue.ts";
import type { Scheduler } from "../../base/scheduler.ts";

/** In the order of RFC 1661's numbers, 0 to 9. */
export const STATES = [
  "Initial",
  "Starting",
  "Closed",
  "Stopped",
  "Closing",
  "Stopping",
  "Req-Sent",
  "Ack-Rcvd",
  "Ack-Sent",
  "Opened",
] as const;

export type PppState = (typeof STATES)[number];

export type PppEvent =
  | "Up"
  | "Down"
  | "Open"
  | "Close"
  | "TO+"
  | "TO-"
  | "RCR+"
  | "RCR-"
  | "RCA"
  | "RCN"
  | "RTR"
  | "RTA"
  | "RUC"
  | "RXJ+"
  | "RXJ-"
  | "RXR";

/** What the owner does. "irc" and "zrc", the counter's actions, are the automaton's own. */
export type PppAction = "tlu" | "tld" | "tls" | "tlf" | "scr" | "sca" | "scn" | "str" | "sta" | "scj" | "ser";

// RFC 1661 §4.1. "-": cannot happen here, and is ignored (an event of the line that comes twice, say).
const TABLE: Readonly<Record<PppEvent, string>> = {
  //      Initial  Starting   Closed    Stopped        Closing   Stopping  Req-Sent     Ack-Rcvd   Ack-Sent     Opened
  Up: "   2        irc,scr/6  -         -              -         -         -            -          -            -",
  Down: " -        -          0         tls/1          0         1         1            1          1            tld/1",
  Open: " tls/1    1          irc,scr/6 3              5         5         6            7          8            9",
  Close:
    "0        tlf/0      2         2              4         4         irc,str/4    irc,str/4  irc,str/4    tld,irc,str/4",
  "TO+": "-        -          -         -              str/4     str/5     scr/6        scr/6      scr/8        -",
  "TO-": "-        -          -         -              tlf/2     tlf/3     tlf/3        tlf/3      tlf/3        -",
  "RCR+":
    "-       -          sta/2     irc,scr,sca/8  4         5         sca/8        sca,tlu/9  sca/8        tld,scr,sca/8",
  "RCR-":
    "-       -          sta/2     irc,scr,scn/6  4         5         scn/6        scn/7      scn/6        tld,scr,scn/6",
  RCA: "  -        -          sta/2     sta/3          4         5         irc/7        scr/6      irc,tlu/9    tld,scr/6",
  RCN: "  -        -          sta/2     sta/3          4         5         irc,scr/6    scr/6      irc,scr/8    tld,scr/6",
  RTR: "  -        -          sta/2     sta/3          sta/4     sta/5     sta/6        sta/6      sta/6        tld,zrc,sta/5",
  RTA: "  -        -          2         3              tlf/2     tlf/3     6            6          8            tld,scr/6",
  RUC: "  -        -          scj/2     scj/3          scj/4     scj/5     scj/6        scj/7      scj/8        scj/9",
  "RXJ+": "-       -          2         3              4         5         6            6          8            9",
  "RXJ-":
    "-       -          tlf/2     tlf/3          tlf/2     tlf/3     tlf/3        tlf/3      tlf/3        tld,irc,str/5",
  RXR: "  -        -          2         3              4         5         6            7          8            ser/9",
};

interface Transition {
  readonly actions: readonly string[];
  readonly next: PppState;
}

/** By event, and then by the number of the state; null where it cannot happen. */
const TRANSITIONS: ReadonlyMap<PppEvent, readonly (Transition | null)[]> = new Map(
  Object.entries(TABLE).map(([event, row]) => [event as PppEvent, row.trim().split(/\s+/).map(parseCell)]),
);

function parseCell(cell: string): Transition | null {
  if (cell === "-") return null;
  const [first = "", second] = cell.split("/");
  const actions = second === undefined ? [] : first.split(",");
  return { actions, next: STATES[Number(second ?? first)] as PppState };
}

/** RFC 1661 §4.6: the restart timer, and how often it may expire. */
const RESTART_NS = 3_000_000_000;
const MAX_TERMINATE = 2;
const MAX_CONFIGURE = 10;

/** The states in which the restart timer runs. */
const TIMED: ReadonlySet<PppState> = new Set(["Closing", "Stopping", "Req-Sent", "Ack-Rcvd", "Ack-Sent"]);

export class Automaton {
  state: PppState = "Initial";
  readonly #scheduler: Scheduler;
  readonly #act: (action: PppAction) => void;
  readonly #timer: TimedEvent;
  /** How often more the restart timer may expire. */
  #restarts = 0;

  constructor(label: string, scheduler: Scheduler, act: (action: PppAction) => void) {
    this.#scheduler = scheduler;
    this.#act = act;
    this.#timer = new TimedEvent(`${label} restart`, () => this.happen(this.#restarts > 0 ? "TO+" : "TO-"));
  }

  get isOpened(): boolean {
    return this.state === "Opened";
  }

  /** Whatever the actions bring about happens after the state has been reached. */
  happen(event: PppEvent): void {
    const transition = TRANSITIONS.get(event)?.[STATES.indexOf(this.state)];
    if (transition === null || transition === undefined) return;
    const { actions, next } = transition;
    this.state = next;
    if (!TIMED.has(next)) this.#scheduler.events.cancel(this.#timer);
    for (const action of actions) this.#do(action, actions);
  }

  #do(action: string, beside: readonly string[]): void {
    switch (action) {
      case "irc":
        // RFC 1661 §4.4: to what belongs to the request that is about to be sent.
        this.#restarts = beside.includes("str") ? MAX_TERMINATE : MAX_CONFIGURE;
        return;
      case "zrc":
        this.#restarts = 0;
        this.#scheduler.after(this.#timer, RESTART_NS);
        return;
      case "scr":
      case "str":
        this.#restarts--;
        this.#scheduler.after(this.#timer, RESTART_NS);
    }
    this.#act(action as PppAction);
  }
}
