/** A share of `npm run fuzz`: whatever a host receives, it stands, stays within bounds, and counts. */
import { expect, test } from "vitest";
import { fuzz, ROWS } from "./fuzz.ts";

test.each(ROWS.map(({ name }) => name))("frames of %s, and what is nearly like them", (name) => {
  expect(fuzz({ seed: 1, frames: 1000, rows: [name] }).size).toBeGreaterThan(1);
});

test("frames of all kinds reach what they are to reach", () => {
  const counters = fuzz({ seed: 2, frames: 6000 });
  const reached = [
    "UdpInDatagrams",
    "UdpNoPorts",
    "IpForwDatagrams",
    "IpFragCreates",
    "IpReasmFails",
    "IpReasmTimeout",
    "IpExtReasmOverlaps",
    "IcmpInRedirects",
    "IcmpOutTimeExcds",
    "IcmpOutParmProbs",
    "IgmpInQueries",
    "IgmpOutReports",
    "ArpInRequests",
    "IpInSourceRoutes",
    "IfInUnknownProtos",
  ];
  expect(reached.filter((name) => (counters.get(name) ?? 0) === 0)).toEqual([]);
});
