/**
 * The door's side of a wake-up: when, and on which stack, a ready operation runs.
 *
 * Node runs nextTick callbacks and microtasks after each callback of a native handle. The ways below differ in
 * whether a handle callback has that turn to itself; "immediate" has, and is what the handles use.
 */

const setImmediateOriginal = setImmediate;
const setIntervalOriginal = setInterval;

/** One real timer holds the loop while any handle is active: it is the only thing that Node sees of us. */
let holders = 0;
let holdTimer = null;

export function hold() {
  if (holders++ === 0) {
    holdTimer ??= setIntervalOriginal(() => {}, 0x7fffffff);
    holdTimer.ref();
  }
}

export function release() {
  if (--holders === 0) holdTimer.unref();
}

function runOne(operation) {
  operation.run();
}

/** Many operations in one immediate; `between` runs after each. A throw leaves the rest for a new immediate. */
function batches(between) {
  let queue = [];
  const drain = () => {
    const batch = queue;
    queue = [];
    let next = 0;
    try {
      for (; next < batch.length; next++) {
        batch[next].run();
        between();
      }
    } finally {
      if (next < batch.length) {
        queue = [...batch.slice(next + 1), ...queue];
        if (queue.length > 0) setImmediateOriginal(drain);
      }
    }
  };
  return (operation) => {
    if (queue.push(operation) === 1) setImmediateOriginal(drain);
  };
}

/** A message port runs each message as its own callback, several per loop iteration. */
function messages() {
  const { port1, port2 } = new MessageChannel();
  const queue = [];
  port2.onmessage = () => queue.shift().run();
  port2.unref();
  return (operation) => {
    queue.push(operation);
    port1.postMessage(0);
  };
}

/** @type {Record<string, () => (operation: { run(): void }) => void>} */
export const deliveries = {
  immediate: () => (operation) => setImmediateOriginal(runOne, operation),
  message: messages,
  sync: () => runOne,
  microtask: () => (operation) => queueMicrotask(() => operation.run()),
  tick: () => (operation) => process.nextTick(runOne, operation),
  batch: () => batches(() => {}),
  batchTick: () => batches(() => process._tickCallback()),
};
