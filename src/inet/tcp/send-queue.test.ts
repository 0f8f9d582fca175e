import { expect, test } from "vitest";
import type { Packet } from "../../wire/packet.ts";
import { SendQueue } from "./send-queue.ts";
import { SentQueue } from "./sent.ts";

const payer = { charge(): void {}, uncharge(): void {} };

function queueOf(...writes: string[]): SendQueue {
  const queue = new SendQueue();
  queue.start(1000);
  for (const text of writes) {
    const bytes = new TextEncoder().encode(text);
    queue.append(bytes, 0, bytes.length, payer);
  }
  return queue;
}

const textOf = (packet: Packet): string => new TextDecoder().decode(packet.copyBytes());

test("whoever changes a packet that has left leaves the bytes alone that may be sent again", () => {
  const queue = queueOf("question");
  const packet = queue.packet(1000, 8);
  expect(textOf(packet)).toBe("question");
  packet.ownAll();
  packet.bytes.fill(0, packet.start, packet.end);
  expect(textOf(queue.packet(1000, 8))).toBe("question");
});

test("headers in front of a packet that has left do no harm to what is behind it", () => {
  const queue = queueOf("question", "another");
  const packet = queue.packet(1000, 8);
  packet.bytes.fill(0xff, packet.prepend(52), packet.start + 52);
  expect(textOf(queue.packet(1000, 8))).toBe("question");
  expect(textOf(queue.packet(1008, 7))).toBe("another");
});

test.each([
  [1000, 3, "que"],
  [1003, 5, "stion"],
  [1000, 15, "questionanother"],
  [1006, 4, "onan"],
])("a segment from %i on, of %i bytes, goes by the bytes and not by the writes", (seq, length, text) => {
  expect(textOf(queueOf("question", "another").packet(seq, length))).toBe(text);
});

test("the record of a segment that was acknowledged serves the next one, as new", () => {
  const sent = new SentQueue();
  sent.push(sent.make(1, 2, 0, 0, 1460));
  const first = sent.make(2, 10, 8, 5, 1460);
  sent.push(first);
  sent.markLost(first);
  sent.markSent(first, 7);
  expect(sent.shiftAcknowledged(2)).not.toBeNull();
  expect(sent.shiftAcknowledged(10)).toBe(first);
  const next = sent.make(10, 12, 0, 9, 1460);
  expect(next).toBe(first);
  expect([next.seq, next.end, next.flags, next.sentNs, next.transmissions, next.isInPipe]).toEqual([
    10,
    12,
    0,
    9,
    1,
    true,
  ]);
  sent.push(next);
  expect([sent.first, sent.last, sent.oldest, sent.newest, sent.pipeBytes]).toEqual([next, next, next, next, 2]);
});
