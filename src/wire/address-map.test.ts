import fc from "fast-check";
import { expect, test } from "vitest";
import { AddressMap } from "./address-map.ts";
import { IpAddress } from "./ip-address.ts";

test("agrees with a map by text, also where addresses share their number", () => {
  // Few different words: most addresses collide with another.
  const word = fc.constantFrom(0, 1, 2, 3, 0xffff, 0xffff_ffff);
  const address = fc.tuple(word, word, word, word).map(([w0, w1, w2, w3]) => IpAddress.v6(w0, w1, w2, w3));
  const step = fc.record({ what: fc.constantFrom("set", "set", "delete"), address, value: fc.nat() });
  const agrees = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const map = new AddressMap<number>();
    const model = new Map<string, number>();
    for (const { what, address, value } of steps) {
      if (what === "set") {
        map.set(address, value);
        model.set(`${address}`, value);
      } else {
        map.delete(address);
        model.delete(`${address}`);
      }
      expect(map.get(address)).toBe(model.get(`${address}`));
      expect(map.values().sort()).toEqual([...model.values()].sort());
    }
  });
  fc.assert(agrees);
});
