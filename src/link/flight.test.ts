/** The queue of frames under way. */
import { expect, test } from "vitest";
import { Packet } from "../wire/packet.ts";
import { Flight } from "./flight.ts";

test("frames leave in the order in which they entered, each with its time, however the ring grows", () => {
  const flight = new Flight();
  let entered = 0;
  let left = 0;
  // Three in, two out: the ring grows while it is wrapped round.
  for (let round = 0; round < 200; round++) {
    for (let i = 0; i < 3; i++) {
      flight.push(Packet.allocate(entered % 100, 0), entered * 10);
      entered++;
    }
    for (let i = 0; i < 2; i++) {
      expect(flight.nextArrivalNs).toBe(left * 10);
      expect(flight.shift().length).toBe(left % 100);
      left++;
    }
    expect(flight.length).toBe(entered - left);
    expect(flight.lastArrivalNs).toBe((entered - 1) * 10);
  }
  while (flight.length > 0) flight.shift();
  // A slot does not keep its packet alive.
  expect(() => flight.shift()).toThrow("a frame is under way");
});

test("an arrival before the last one, and an empty queue, are broken invariants", () => {
  const flight = new Flight();
  expect(() => flight.shift()).toThrow("a frame is under way");
  expect(() => flight.nextArrivalNs).toThrow("a frame is under way");
  flight.push(Packet.allocate(1, 0), 10);
  flight.push(Packet.allocate(1, 0), 10);
  expect(() => flight.push(Packet.allocate(1, 0), 9)).toThrow("in the order in which they entered");
});
