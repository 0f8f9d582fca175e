/** The automaton from each of its states, as dialogues in packets: RFC 1661 §4.1's table, cell by cell where packets come. */
import { describe, expect, test } from "vitest";
import type { ControlOption } from "../../wire/ppp-control.ts";
import * as control from "../../wire/ppp-control.ts";
import { TestWorld } from "../link.fixture.ts";
import { ControlProtocol } from "./control-protocol.ts";
import type { PppState } from "./fsm.ts";

const NAMES = ["", "req", "ack", "nak", "rej", "term", "term-ack", "code-rej", "proto-rej", "echo"];
const NO_DATA = new Uint8Array(0);
/** One option that is accepted with 1 and wished to be 1 otherwise. */
const GOOD: ControlOption = { type: 7, data: Uint8Array.of(1) };
const BAD: ControlOption = { type: 7, data: Uint8Array.of(2) };
const UNKNOWN: ControlOption = { type: 99, data: NO_DATA };

class Peer {
  readonly world = new TestWorld();
  readonly sent: string[] = [];
  readonly layer: string[] = [];
  readonly protocol: ControlProtocol;
  #lastRequest: Uint8Array = NO_DATA;

  constructor() {
    const negotiator = {
      reset: () => {},
      request: () => [GOOD],
      judge: ({ type, data }: ControlOption) =>
        (type !== 7 ? "reject" : data[0] === 1 ? true : GOOD.data) as true | "reject" | Uint8Array,
      missing: () => [],
      accepted: () => {},
      naked: () => {},
      rejected: () => {},
      up: () => this.layer.push("up"),
      down: () => this.layer.push("down"),
      finished: () => this.layer.push("finished"),
      extra: () => false,
    };
    this.protocol = new ControlProtocol("test", this.world.machine("a"), negotiator, (bytes) => {
      const code = bytes[0] as number;
      if (code === control.CONFIGURE_REQUEST) this.#lastRequest = bytes;
      this.sent.push(NAMES[code] as string);
    });
  }

  request(...options: ControlOption[]): this {
    return this.#receive(control.CONFIGURE_REQUEST, 77, control.emitOptions(options));
  }

  /** An answer to the last request. */
  answer(code: number): this {
    return this.#receive(code, this.#lastRequest[1] as number, this.#lastRequest.slice(4));
  }

  other(code: number, data: Uint8Array = NO_DATA): this {
    return this.#receive(code, 5, data);
  }

  #receive(code: number, identifier: number, data: Uint8Array): this {
    this.protocol.input(control.emitControl({ code, identifier, data }));
    return this;
  }

  up(): this {
    this.protocol.lowerUp();
    return this;
  }

  open(): this {
    this.protocol.open();
    return this;
  }

  close(): this {
    this.protocol.close();
    return this;
  }

  after(seconds: number): this {
    this.world.run(this.world.scheduler.nowNs + seconds * 1_000_000_000);
    return this;
  }
}

const REACH: Readonly<Record<PppState, () => Peer>> = {
  Initial: () => new Peer(),
  Starting: () => new Peer().open(),
  Closed: () => new Peer().up(),
  Stopped: () => new Peer().open().up().after(60),
  Closing: () => new Peer().open().up().close(),
  Stopping: () => REACH.Opened().other(control.TERMINATE_REQUEST),
  "Req-Sent": () => new Peer().open().up(),
  "Ack-Rcvd": () => new Peer().open().up().answer(control.CONFIGURE_ACK),
  "Ack-Sent": () => new Peer().open().up().request(GOOD),
  Opened: () => new Peer().open().up().request(GOOD).answer(control.CONFIGURE_ACK),
};

type Step = (peer: Peer) => unknown;
const good: Step = (peer) => peer.request(GOOD);
const bad: Step = (peer) => peer.request(BAD);
const strange: Step = (peer) => peer.request(UNKNOWN, BAD);
const ack: Step = (peer) => peer.answer(control.CONFIGURE_ACK);
const nak: Step = (peer) => peer.answer(control.CONFIGURE_NAK);
const rej: Step = (peer) => peer.answer(control.CONFIGURE_REJECT);
const term: Step = (peer) => peer.other(control.TERMINATE_REQUEST);
const termAck: Step = (peer) => peer.other(control.TERMINATE_ACK);
const unknown: Step = (peer) => peer.other(42);
const codeRejectOfRequest: Step = (peer) => peer.other(control.CODE_REJECT, Uint8Array.of(1));
const codeRejectOfUnknown: Step = (peer) => peer.other(control.CODE_REJECT, Uint8Array.of(42));
const up: Step = (peer) => peer.up();
const down: Step = (peer) => peer.protocol.lowerDown();
const open: Step = (peer) => peer.open();
const close: Step = (peer) => peer.close();
const timeout: Step = (peer) => peer.after(3.1);
const giveUp: Step = (peer) => peer.after(60);

const REQUESTS_10 = new Array(9).fill("req");

// From a state, what happens, what is sent, what the layer is told, the next state.
const DIALOGUES: readonly (readonly [PppState, string, Step, string[], string[], PppState])[] = [
  ["Initial", "up", up, [], [], "Closed"],
  ["Initial", "open", open, [], [], "Starting"],
  ["Initial", "a request", good, [], [], "Initial"],
  ["Starting", "up", up, ["req"], [], "Req-Sent"],
  ["Starting", "close", close, [], ["finished"], "Initial"],
  ["Closed", "a request", good, ["term-ack"], [], "Closed"],
  ["Closed", "term", term, ["term-ack"], [], "Closed"],
  ["Closed", "unknown code", unknown, ["code-rej"], [], "Closed"],
  ["Closed", "down", down, [], [], "Initial"],
  ["Closed", "open", open, ["req"], [], "Req-Sent"],
  ["Stopped", "a good request", good, ["req", "ack"], [], "Ack-Sent"],
  ["Stopped", "a bad request", bad, ["req", "nak"], [], "Req-Sent"],
  ["Stopped", "term", term, ["term-ack"], [], "Stopped"],
  ["Stopped", "down", down, [], [], "Starting"],
  ["Stopped", "close", close, [], [], "Closed"],
  ["Closing", "a request", good, [], [], "Closing"],
  ["Closing", "timeout", timeout, ["term"], [], "Closing"],
  ["Closing", "no answer ever", giveUp, ["term"], ["finished"], "Closed"],
  ["Closing", "term-ack", termAck, [], ["finished"], "Closed"],
  ["Closing", "open", open, [], [], "Stopping"],
  ["Stopping", "a request", good, [], [], "Stopping"],
  ["Stopping", "the time that the peer has", timeout, [], ["finished"], "Stopped"],
  ["Stopping", "term-ack", termAck, [], ["finished"], "Stopped"],
  ["Stopping", "close", close, [], [], "Closing"],
  ["Stopping", "down", down, [], [], "Starting"],
  ["Req-Sent", "a good request", good, ["ack"], [], "Ack-Sent"],
  ["Req-Sent", "a bad request", bad, ["nak"], [], "Req-Sent"],
  ["Req-Sent", "an unknown option is rejected first", strange, ["rej"], [], "Req-Sent"],
  ["Req-Sent", "ack", ack, [], [], "Ack-Rcvd"],
  ["Req-Sent", "nak", nak, ["req"], [], "Req-Sent"],
  ["Req-Sent", "rej", rej, ["req"], [], "Req-Sent"],
  ["Req-Sent", "timeout", timeout, ["req"], [], "Req-Sent"],
  ["Req-Sent", "no answer ever", giveUp, REQUESTS_10, ["finished"], "Stopped"],
  ["Req-Sent", "close", close, ["term"], [], "Closing"],
  ["Req-Sent", "term", term, ["term-ack"], [], "Req-Sent"],
  ["Req-Sent", "code-reject of a request", codeRejectOfRequest, [], ["finished"], "Stopped"],
  ["Req-Sent", "code-reject of what nobody knows", codeRejectOfUnknown, [], [], "Req-Sent"],
  ["Ack-Rcvd", "a good request", good, ["ack"], ["up"], "Opened"],
  ["Ack-Rcvd", "a bad request", bad, ["nak"], [], "Ack-Rcvd"],
  ["Ack-Rcvd", "timeout", timeout, ["req"], [], "Req-Sent"],
  ["Ack-Rcvd", "a second ack", ack, [], [], "Ack-Rcvd"],
  ["Ack-Rcvd", "term", term, ["term-ack"], [], "Req-Sent"],
  ["Ack-Rcvd", "down", down, [], [], "Starting"],
  ["Ack-Sent", "ack", ack, [], ["up"], "Opened"],
  ["Ack-Sent", "nak", nak, ["req"], [], "Ack-Sent"],
  ["Ack-Sent", "a good request again", good, ["ack"], [], "Ack-Sent"],
  ["Ack-Sent", "a bad request", bad, ["nak"], [], "Req-Sent"],
  ["Ack-Sent", "timeout", timeout, ["req"], [], "Ack-Sent"],
  ["Opened", "a good request", good, ["req", "ack"], ["down"], "Ack-Sent"],
  ["Opened", "a bad request", bad, ["req", "nak"], ["down"], "Req-Sent"],
  ["Opened", "term", term, ["term-ack"], ["down"], "Stopping"],
  ["Opened", "term-ack", termAck, ["req"], ["down"], "Req-Sent"],
  ["Opened", "a second ack", ack, [], [], "Opened"],
  ["Opened", "unknown code", unknown, ["code-rej"], [], "Opened"],
  ["Opened", "code-reject of a request", codeRejectOfRequest, ["term"], ["down"], "Stopping"],
  ["Opened", "close", close, ["term"], ["down"], "Closing"],
  ["Opened", "down", down, [], ["down"], "Starting"],
  ["Opened", "hours", (peer) => peer.after(10_000), [], [], "Opened"],
];

describe("the automaton", () => {
  test.each(DIALOGUES)("%s, %s", (from, _what, step, sent, layer, to) => {
    const peer = REACH[from]();
    expect(peer.protocol.state).toBe(from);
    peer.sent.length = 0;
    peer.layer.length = 0;
    step(peer);
    expect([peer.sent, peer.layer, peer.protocol.state]).toEqual([sent, layer, to]);
  });
});

test("an answer to another request, or with other options, is discarded", () => {
  const peer = REACH["Req-Sent"]();
  const refused = [
    control.emitControl({ code: control.CONFIGURE_ACK, identifier: 200, data: control.emitOptions([GOOD]) }),
    control.emitControl({ code: control.CONFIGURE_ACK, identifier: 1, data: control.emitOptions([BAD]) }),
    control.emitControl({ code: control.CONFIGURE_NAK, identifier: 1, data: Uint8Array.of(7, 1) }),
    Uint8Array.of(1, 1, 0),
    Uint8Array.of(1, 1, 0, 9),
  ];
  for (const bytes of refused) expect(peer.protocol.input(bytes)).toBe(false);
  expect(peer.protocol.state).toBe("Req-Sent");
});

test("after five Naks an option that never gets better is rejected", () => {
  const peer = REACH["Req-Sent"]();
  peer.sent.length = 0;
  for (let count = 0; count < 6; count++) peer.request(BAD);
  expect(peer.sent).toEqual(["nak", "nak", "nak", "nak", "nak", "rej"]);
});
