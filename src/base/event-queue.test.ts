/** The event queue: order, re-arming and cancelling, against a sorted array as the model; a million timers. */

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EventQueue, TimedEvent } from "./event-queue.ts";

const nothing = (): void => {};

function drain(queue: EventQueue): string[] {
  const labels: string[] = [];
  for (let event = queue.pop(); event !== undefined; event = queue.pop()) {
    labels.push(event.label);
  }
  return labels;
}

describe("order", () => {
  test("events come by time, and at one time in the order in which they were scheduled", () => {
    const queue = new EventQueue();
    const timesNs = [5, 3, 5, 3, 9, 0, 5];
    timesNs.forEach((timeNs, index) => {
      queue.schedule(new TimedEvent(`${timeNs}#${index}`, nothing), timeNs);
    });
    expect(drain(queue)).toEqual(["0#5", "3#1", "3#3", "5#0", "5#2", "5#6", "9#4"]);
  });

  test("a thousand events of one instant keep their order", () => {
    const queue = new EventQueue();
    const labels = Array.from({ length: 1000 }, (_, index) => `${index}`);
    for (const label of labels) {
      queue.schedule(new TimedEvent(label, nothing), 7);
    }
    expect(drain(queue)).toEqual(labels);
  });

  test("rescheduling to the same time puts an event behind its equals", () => {
    const queue = new EventQueue();
    const first = new TimedEvent("first", nothing);
    queue.schedule(first, 10);
    queue.schedule(new TimedEvent("second", nothing), 10);
    queue.reschedule(first, 10);
    expect(drain(queue)).toEqual(["second", "first"]);
  });

  test("times beyond 2^32 are told apart to the nanosecond", () => {
    const queue = new EventQueue();
    queue.schedule(new TimedEvent("later", nothing), Number.MAX_SAFE_INTEGER);
    queue.schedule(new TimedEvent("earlier", nothing), Number.MAX_SAFE_INTEGER - 1);
    expect(queue.nextTimeNs).toBe(Number.MAX_SAFE_INTEGER - 1);
    expect(drain(queue)).toEqual(["earlier", "later"]);
  });
});

describe("the life of an event", () => {
  test("the queue runs nothing; who pops does, and may schedule the same event again", () => {
    const queue = new EventQueue();
    const ranAtNs: number[] = [];
    const periodic = new TimedEvent("periodic", () => {
      ranAtNs.push(periodic.timeNs);
      queue.schedule(periodic, periodic.timeNs + 100);
    });
    queue.schedule(periodic, 50);
    expect(ranAtNs).toEqual([]);
    for (let i = 0; i < 3; i++) {
      queue.pop()?.action();
    }
    expect(ranAtNs).toEqual([50, 150, 250]);
    expect(queue.nextTimeNs).toBe(350);
  });

  test("a popped event knows when it was due and is no longer queued", () => {
    const queue = new EventQueue();
    let calls = 0;
    const event = new TimedEvent("event", () => calls++);
    queue.schedule(event, 42);
    expect(event.queued).toBe(true);
    expect(queue.pop()).toBe(event);
    expect([event.queued, event.timeNs, queue.size, queue.nextTimeNs]).toEqual([false, 42, 0, Infinity]);
    event.action();
    expect(calls).toBe(1);
    expect(queue.pop()).toBeUndefined();
  });

  test("cancel says whether the event was queued", () => {
    const queue = new EventQueue();
    const event = new TimedEvent("event", nothing);
    expect(queue.cancel(event)).toBe(false);
    queue.schedule(event, 1);
    expect(queue.cancel(event)).toBe(true);
    expect(queue.cancel(event)).toBe(false);
    expect([event.queued, queue.size]).toEqual([false, 0]);
  });

  test("foreground counts the queued events that are not background", () => {
    const queue = new EventQueue();
    const background = new TimedEvent("refresh", nothing, true);
    const foreground = new TimedEvent("timer", nothing);
    queue.schedule(background, 1);
    queue.schedule(foreground, 2);
    expect([queue.size, queue.foreground]).toEqual([2, 1]);
    queue.reschedule(foreground, 3);
    expect([queue.size, queue.foreground]).toEqual([2, 1]);
    queue.pop();
    expect([queue.size, queue.foreground]).toEqual([1, 1]);
    queue.cancel(foreground);
    expect([queue.size, queue.foreground]).toEqual([0, 0]);
  });
});

test("an event that left the queue is not held", () => {
  const queue = new EventQueue();
  const events = Array.from({ length: 100 }, () => new TimedEvent("event", nothing));
  events.forEach((event, timeNs) => {
    queue.schedule(event, timeNs);
  });
  queue.cancel(events[99] as TimedEvent);
  queue.cancel(events[50] as TimedEvent);
  drain(queue);
  const held = (queue as unknown as { events: unknown[] }).events.filter((event) => event !== undefined);
  expect(held).toEqual([]);
});

describe("refusals name the event", () => {
  test.each([Number.NaN, -1, 0.5, 2 ** 53, Infinity, -Infinity])("time %d", (timeNs) => {
    const queue = new EventQueue();
    const event = new TimedEvent("tcp.rto", nothing);
    expect(() => queue.schedule(event, timeNs)).toThrow('event "tcp.rto"');
    expect([event.queued, queue.size]).toEqual([false, 0]);
    queue.schedule(event, 5);
    expect(() => queue.reschedule(event, timeNs)).toThrow('event "tcp.rto"');
    expect([event.timeNs, queue.nextTimeNs]).toEqual([5, 5]);
  });

  test("an event that is queued already", () => {
    const queue = new EventQueue();
    const event = new TimedEvent("tcp.rto", nothing);
    queue.schedule(event, 1);
    expect(() => queue.schedule(event, 2)).toThrow('event "tcp.rto" is queued already');
  });

  test("an event of another queue", () => {
    const queue = new EventQueue();
    const other = new EventQueue();
    const event = new TimedEvent("tcp.rto", nothing);
    other.schedule(event, 1);
    queue.schedule(new TimedEvent("udp", nothing), 1);
    expect(() => queue.cancel(event)).toThrow('event "tcp.rto" belongs to another queue');
    expect(() => queue.reschedule(event, 2)).toThrow('event "tcp.rto" belongs to another queue');
  });
});

/** The model: entries in a plain array, sorted when somebody asks. */
class SortedArray {
  entries: { event: TimedEvent; timeNs: number; sequence: number }[] = [];
  private readonly idle = new Map<TimedEvent, { event: TimedEvent; timeNs: number; sequence: number }>();
  private sequence = 0;

  rest(event: TimedEvent): void {
    const entry = this.entries.find((other) => other.event === event);
    if (entry !== undefined) this.idle.set(event, entry);
    this.take(event);
  }

  revive(event: TimedEvent): void {
    const entry = this.idle.get(event);
    if (entry !== undefined) this.entries.push(entry);
    this.sort();
  }

  put(event: TimedEvent, timeNs: number): void {
    this.take(event);
    this.entries.push({ event, timeNs, sequence: this.sequence++ });
    this.sort();
  }

  private sort(): void {
    this.entries.sort((a, b) => a.timeNs - b.timeNs || a.sequence - b.sequence);
  }

  take(event: TimedEvent): boolean {
    const sizeBefore = this.entries.length;
    this.entries = this.entries.filter((entry) => entry.event !== event);
    return this.entries.length < sizeBefore;
  }
}

test("any sequence of calls gives what a sorted array gives", () => {
  // Few distinct times, so that many are equal; enough events that the arrays grow while in use.
  const step = fc.record({
    call: fc.constantFrom("schedule", "schedule", "schedule", "reschedule", "cancel", "idle", "revive", "pop"),
    index: fc.nat(199),
    timeNs: fc.oneof(fc.nat(20), fc.maxSafeNat()),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400, size: "max" }), (steps) => {
      const queue = new EventQueue();
      const model = new SortedArray();
      const events = Array.from({ length: 200 }, (_, i) => new TimedEvent(`${i}`, nothing, i % 3 === 0));
      for (const { call, index, timeNs } of steps) {
        const event = events[index] as TimedEvent;
        if (call === "pop") {
          const expected = model.entries.shift()?.event;
          expect(queue.pop()).toBe(expected);
        } else if (call === "cancel") {
          expect(queue.cancel(event)).toBe(model.take(event));
        } else if (call === "idle") {
          queue.idle(event);
          model.rest(event);
        } else if (call === "revive") {
          if (event.isIdle) model.revive(event);
          if (event.isIdle) queue.revive(event);
        } else if (call === "reschedule" || !event.queued) {
          queue[call](event, timeNs);
          model.put(event, timeNs);
        }
        expect(queue.size).toBe(model.entries.length);
        expect(queue.nextTimeNs).toBe(model.entries[0]?.timeNs ?? Infinity);
        expect(queue.foreground).toBe(model.entries.filter((entry) => !entry.event.background).length);
      }
      expect(drain(queue)).toEqual(model.entries.map((entry) => entry.event.label));
    }),
    { numRuns: 60 },
  );
});

test("a million timers: build, cancel every second, move every fourth, drain in order", () => {
  const queue = new EventQueue();
  const events: TimedEvent[] = [];
  for (let i = 0; i < 1_000_000; i++) {
    const event = new TimedEvent("timer", nothing);
    events.push(event);
    // 7,919 is coprime to 2^20: the times are scattered, and each occurs at most once.
    queue.schedule(event, 1_000_000_000 + ((i * 7919) % 1_048_576));
  }
  for (let i = 0; i < events.length; i += 2) {
    queue.cancel(events[i] as TimedEvent);
  }
  for (let i = 1; i < events.length; i += 4) {
    queue.reschedule(events[i] as TimedEvent, i);
  }
  expect(queue.size).toBe(500_000);

  let popped = 0;
  let inversions = 0;
  let lastNs = 0;
  for (let event = queue.pop(); event !== undefined; event = queue.pop()) {
    inversions += event.timeNs < lastNs ? 1 : 0;
    lastNs = event.timeNs;
    popped++;
  }
  expect([popped, inversions]).toEqual([500_000, 0]);
});
