import { describe, expect, test } from "vitest";
import { Packet } from "./packet.ts";
import { Slab } from "./slab.ts";

/** A packet whose tail is in borrowed memory that nobody else uses. */
function lent(length = 100): { packet: Packet; memory: Slab } {
  const memory = Slab.borrow();
  memory.bytes.fill(7, 0, length);
  const packet = Packet.withTail(memory.bytes.subarray(0, length));
  packet.useMemory(memory);
  memory.giveBack();
  return { packet, memory };
}

/** Is it what the next one borrows? */
function isUsedAgain(memory: Slab): boolean {
  const next = Slab.borrow();
  const isSame = next === memory;
  next.giveBack();
  return isSame;
}

describe("memory that is used again", () => {
  test("comes back when its last user has given it back", () => {
    const { packet, memory } = lent();
    expect(isUsedAgain(memory)).toBe(false);
    packet.giveBackMemory();
    expect(isUsedAgain(memory)).toBe(true);
  });

  test("is given back once by each", () => {
    const { packet, memory } = lent();
    const part = packet.takePart(10, 50);
    packet.giveBackMemory();
    packet.giveBackMemory();
    expect(isUsedAgain(memory)).toBe(false);
    part.giveBackMemory();
    expect(isUsedAgain(memory)).toBe(true);
  });

  test("stays as it is where a clone of the packet lives", () => {
    const { packet, memory } = lent();
    const clone = packet.clone();
    packet.giveBackMemory();
    clone.giveBackMemory();
    expect(isUsedAgain(memory)).toBe(false);
    expect(clone.copyBytes()).toEqual(new Uint8Array(100).fill(7));
  });

  test("stays as it is where somebody may look later", () => {
    const { packet, memory } = lent();
    packet.keepMemory();
    packet.giveBackMemory();
    expect(isUsedAgain(memory)).toBe(false);
  });

  test("is not needed any more by a packet that has its bytes in one stretch", () => {
    const { packet, memory } = lent();
    packet.ownAll();
    expect(isUsedAgain(memory)).toBe(true);
    expect(packet.copyBytes()).toEqual(new Uint8Array(100).fill(7));
  });

  test("a frame that was read into it starts at its beginning", () => {
    const memory = Slab.borrow();
    memory.bytes.set([1, 2, 3]);
    const packet = Packet.over(memory, 3);
    expect(packet.copyBytes()).toEqual(Uint8Array.of(1, 2, 3));
    packet.giveBackMemory();
    expect(isUsedAgain(memory)).toBe(true);
  });

  test("a head that somebody else reads stays as it is until he has done with it", () => {
    const packet = Packet.from(Uint8Array.of(1, 2, 3));
    const { bytes, start } = packet;
    const memory = packet.shareHead();
    packet.giveBackMemory();
    for (let count = 0; count < 2000; count++) Packet.from(new Uint8Array(64)).giveBackMemory();
    expect(bytes.subarray(start, start + 3)).toEqual(Uint8Array.of(1, 2, 3));
    memory?.giveBack();
  });

  test("headers come and go, and what is kept of them stays", () => {
    const kept: [Packet, number][] = [];
    for (let number = 0; number < 20_000; number++) {
      const packet = Packet.allocate(4);
      packet.view.setUint32(packet.start, number);
      if (number % 1000 === 0) kept.push([packet, number]);
      else packet.giveBackMemory();
    }
    for (const [packet, number] of kept) expect(packet.view.getUint32(packet.start)).toBe(number);
  });
});
