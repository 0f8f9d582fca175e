import * as fc from "fast-check";
import { expect, test } from "vitest";
import * as igmp from "./igmp.ts";
import { addressV4, uint8, viewOf } from "./wire.fixture.ts";

test("what is written is read", () => {
  const message = fc.record({ type: uint8, responseTime: uint8, group: addressV4 });
  fc.assert(
    fc.property(message, fc.nat(9), (record, offset) => {
      const view = viewOf(new Uint8Array(igmp.MESSAGE_LENGTH), offset);
      igmp.emit(view, offset, record);
      expect(igmp.check(view, offset, igmp.MESSAGE_LENGTH)).toBe(true);
      expect(igmp.parse(view, offset)).toEqual(record);
    }),
  );
});

test("a flipped bit and a missing byte are noticed", () => {
  const view = viewOf(new Uint8Array(8));
  igmp.emit(view, 0, { type: igmp.QUERY, responseTime: 100, group: { v4: 0 } as never });
  expect(igmp.check(view, 0, 7)).toBe("truncated");
  view.setUint8(1, 101);
  expect(igmp.check(view, 0, 8)).toBe("bad-checksum");
});
