/**
 * Events per second of the bare event queue: pop the next event and set it again. Bar: 2 million a second.
 */
import { EventQueue, TimedEvent } from "netloom/kernel";
import { rate, report } from "./lib/rates.ts";

const OPERATIONS = 100_000;

for (const pending of [1, 1000, 100_000]) {
  const queue = new EventQueue();
  let state = 1;
  // A small linear congruential generator: the delays only have to be uneven.
  const delayNs = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state & 0xfffff;
  };
  for (let i = 0; i < pending; i++) queue.schedule(new TimedEvent("bench", () => {}), delayNs());
  const bar = pending === 1000 ? { barNs: 500 } : {};
  rate({ name: `event queue, ${pending} pending`, operations: OPERATIONS, ...bar }, () => {
    for (let i = 0; i < OPERATIONS; i++) {
      const event = queue.pop();
      if (event !== undefined) queue.schedule(event, event.timeNs + delayNs());
    }
  });
}

await report();
