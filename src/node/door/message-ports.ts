/**
 * MessageChannel, MessagePort and BroadcastChannel of virtual processes: a message is there before the clock moves, and its
 * listener has a turn of its own.
 *
 * Read first: lib/internal/worker/io.js and lib/internal/per_context/messageport.js of Node; src/node_messaging.cc. Node's
 * native code carries a message in the next round of the event loop, when that is is the machine's chance. Order: postMessage()
 * → the clock is held → dispatch() keeps what native code brings → two rounds without another message → hand in: a turn for
 * each, by the ports' age. A channel of names is one for the whole Node process: here each virtual process has its own.
 */
import { AsyncResource } from "node:async_hooks";
import worker_threads from "node:worker_threads";
import { Operation } from "../../kernel/operation.ts";
import type { RunState } from "../../kernel/run-state.ts";
import { current, enter, outside } from "./context.ts";
import { hold } from "./hold.ts";
import { neverReady } from "./never-ready.ts";
import type { NodeProcess, Owned } from "./node-process.ts";
import { originals } from "./originals.ts";
import type { Patches } from "./patch.ts";
import { keyOf } from "./singletons.ts";

type Call = (this: Port, ...args: unknown[]) => unknown;
interface Port {
  close(): void;
  [symbol: symbol]: unknown;
}
type PortPrototype = Record<string, Call>;

/** By this Node tells the listeners of a port; an object that is another one in each context has it under the same name. */
const DISPATCH = Symbol.for("nodejs.internal.kHybridDispatch");
const RECEIVED_PORTS = Symbol.for("nodejs.internal.kCurrentlyReceivingPorts");
/** What was posted is there after so many rounds: the one that is under way may have looked already. */
const ROUNDS = 2;

const NEVER_READY = neverReady("receive", "a message to its port");

export function patchMessagePorts(patches: Patches): void {
  const prototype = worker_threads.MessagePort.prototype as unknown as PortPrototype;
  const { close } = prototype;
  if (typeof (prototype as unknown as Record<symbol, unknown>)[DISPATCH] !== "function") {
    throw new Error("ports tell their listeners otherwise");
  }
  const natively = (port: Port): void => outside(() => void close?.call(port));
  for (const [name, isUsed] of Object.entries(USES)) {
    patches.replace(prototype, name, (original) => {
      return function (...args) {
        const owner = current();
        // Before, as a port that closes may not be looked at afterwards.
        isUsed(ports.get(this));
        if (owner !== undefined) expectMessages(owner);
        return original?.apply(this, args);
      };
    });
  }
  patches.replace(prototype as unknown as Record<symbol, Call>, DISPATCH, (original) => {
    return function (...args) {
      return dispatch(this, args[1], () => original?.apply(this, args), natively);
    };
  });
  patchClass(patches, "MessageChannel", (made: { port1: Port; port2: Port }, owner) => {
    for (const port of [made.port1, made.port2]) ports.set(port, new PortOf(owner, port, natively));
  });
  patchBroadcasts(patches, natively);
}

/** What is done with a port, and what that is to the process that has it. */
const USES: Readonly<Record<string, (port: PortOf | undefined) => void>> = {
  postMessage: () => {},
  start: () => {},
  ref: (port) => port?.hold(true),
  unref: (port) => port?.hold(false),
  close: (port) => port?.closes(),
};

/** Whose each port is. Those that were made outside of virtual processes are Node's own. */
const ports: WeakMap<Port, PortOf> = new WeakMap<Port, PortOf>();
let lastAge = 0;

class PortOf implements Owned {
  readonly owner: NodeProcess;
  readonly age: number = ++lastAge;
  readonly #port: Port;
  readonly #close: (port: Port) => void;
  /** A process that has a port waits, so the clock may move. */
  readonly #waiting: Operation<0>;
  isClosed = false;
  #isHeld = false;

  constructor(owner: NodeProcess, port: Port, close: (port: Port) => void) {
    this.owner = owner;
    this.#port = port;
    this.#close = close;
    this.#waiting = new Operation<0>(owner.process, NEVER_READY, () => {});
    owner.owned.add(this);
  }

  /** Does it keep its process alive? */
  hold(isHeld: boolean): void {
    if (isHeld === this.#isHeld || this.isClosed) return;
    this.#isHeld = isHeld;
    if (isHeld) {
      this.#waiting.arm();
      this.owner.reference();
    } else {
      this.#waiting.cancel();
      this.owner.unreference();
    }
  }

  closes(): void {
    this.hold(false);
    this.isClosed = true;
    this.owner.owned.delete(this);
  }

  abandon(): void {
    this.isClosed = true;
    this.#close(this.#port);
  }
}

/** Native code has something for the listeners of a port: a message, or that it is closed. */
function dispatch(port: Port, type: unknown, run: () => unknown, close: (port: Port) => void): unknown {
  const known = ports.get(port);
  if (known === undefined) return run();
  const { owner } = known;
  const received = port[RECEIVED_PORTS];
  // Ports that come in a message are whose the message is.
  for (const other of Array.isArray(received) ? received : []) ports.set(other, new PortOf(owner, other, close));
  const scope = new AsyncResource("NETLOOM_MESSAGE");
  const tell = (): void => {
    if (type === "close") known.closes();
    else if (known.isClosed) return;
    port[RECEIVED_PORTS] = received;
    scope.runInAsyncScope(() => enter(owner, run));
  };
  expectMessages(owner).arrived.push({ port: known, tell });
  return undefined;
}

interface Arrived {
  readonly port: PortOf;
  readonly tell: () => void;
}

/** What is on its way in a world. */
interface Mail {
  readonly arrived: Arrived[];
  roundsLeft: number;
}

const mails: WeakMap<RunState, Mail> = new WeakMap<RunState, Mail>();

/** Something is posted: the clock stands still until it is there. */
function expectMessages(owner: NodeProcess): Mail {
  const { runState } = owner.process;
  const before = mails.get(runState);
  const mail = before ?? { arrived: [], roundsLeft: 0 };
  mail.roundsLeft = ROUNDS;
  if (before !== undefined) return mail;
  mails.set(runState, mail);
  untilThere(owner, mail);
  return mail;
}

function untilThere(owner: NodeProcess, mail: Mail): void {
  const handIn = hold(owner);
  const round = (): void => {
    if (mail.roundsLeft-- > 0) outside(() => originals.setImmediate(round));
    else handIn(() => deliver(owner, mail));
  };
  round();
}

/** All of this instant has happened, so everything that was posted in it is there, unless it was posted since. */
function deliver(owner: NodeProcess, mail: Mail): void {
  if (mail.roundsLeft >= 0) {
    untilThere(owner, mail);
    return;
  }
  mails.delete(owner.process.runState);
  // Which of several ports was looked at first is the machine's chance.
  const sorted = mail.arrived.sort((one, other) => one.port.age - other.port.age);
  for (const { port, tell } of sorted) if (port.owner.isAlive) port.owner.turn(tell);
}

type Constructor = new (...args: unknown[]) => object;

/** A class of which virtual processes make objects. */
function patchClass<T>(
  patches: Patches,
  name: "MessageChannel" | "BroadcastChannel",
  isMade: (made: T, owner: NodeProcess) => void,
  change: (args: unknown[], owner: NodeProcess) => unknown[] = (args) => args,
): void {
  const made = new Map<Constructor, Constructor>();
  for (const module of [globalThis, worker_threads] as unknown as Record<string, Constructor>[]) {
    patches.replace(module, name, (Original) => {
      const known = made.get(Original as Constructor);
      if (known !== undefined) return known;
      const replacement = new Proxy(Original as Constructor, {
        construct: (target, args, newTarget) => {
          const owner = current();
          if (owner === undefined) return Reflect.construct(target, args, newTarget);
          const object: object = Reflect.construct(target, change(args, owner), newTarget);
          isMade(object as T, owner);
          return object;
        },
      });
      made.set(Original as Constructor, replacement);
      return replacement;
    });
  }
}

/** Stands between the name of a channel and whose it is. (To native code a name ends at a zero.) */
const MARK = "\u001f";

function handleOf(channel: object): Port {
  const symbol = Object.getOwnPropertySymbols(channel).find(({ description }) => description === "kHandle");
  if (symbol === undefined) throw new Error("a BroadcastChannel keeps its port somewhere else");
  return (channel as Port)[symbol] as Port;
}

function patchBroadcasts(patches: Patches, close: (port: Port) => void): void {
  patchClass(
    patches,
    "BroadcastChannel",
    (made: object, owner) => {
      const port = handleOf(made);
      const own = new PortOf(owner, port, close);
      ports.set(port, own);
      own.hold(true);
    },
    ([name, ...rest], owner) => [`${name}${MARK}${keyOf(owner)}`, ...rest],
  );
  // A channel of nobody shows whether it stands on a port.
  const probe = new worker_threads.BroadcastChannel("");
  try {
    handleOf(probe);
  } finally {
    probe.close();
  }
  const { prototype } = worker_threads.BroadcastChannel;
  const name = Object.getOwnPropertyDescriptor(prototype, "name")?.get;
  patches.define(prototype, "name", function (this: unknown) {
    return String(name?.call(this)).split(MARK)[0];
  });
}
