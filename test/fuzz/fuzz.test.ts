/** A share of `npm run fuzz`: whatever a host receives, it stands, stays within bounds, and counts. */
import { expect, test } from "vitest";
import { fuzz, ROWS } from "./fuzz.ts";
import { ipv4Rows } from "./rows/ipv4.ts";

// A busy machine may take its time.
const TIMEOUT_MS = 60_000;

test.each(ROWS.map(({ name }) => name))(
  "frames of %s, and what is nearly like them",
  { timeout: TIMEOUT_MS },
  (name) => {
    expect(fuzz({ seed: 1, frames: 1000, rows: [name] }).size).toBeGreaterThan(1);
  },
);

test("frames of IPv4 reach what they are to reach", { timeout: TIMEOUT_MS }, () => {
  const counters = fuzz({ seed: 2, frames: 4000, rows: ipv4Rows.map(({ name }) => name) });
  const reached = [
    "UdpInDatagrams",
    "UdpNoPorts",
    "IpForwDatagrams",
    "IpFragCreates",
    "IpReasmFails",
    "IpReasmTimeout",
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

test("segments make connections, and end them", { timeout: TIMEOUT_MS }, () => {
  const counters = fuzz({ seed: 3, frames: 4000, rows: ["tcp"] });
  const reached = [
    "TcpPassiveEstablished",
    "TcpExtTCPChallengeACK",
    "TcpEstabResets",
    "TcpExtTCPOFOQueue",
    "TcpInErrs",
  ];
  expect(reached.filter((name) => (counters.get(name) ?? 0) === 0)).toEqual([]);
});

test("fragments meet, so that some overlap", { timeout: TIMEOUT_MS }, () => {
  expect(fuzz({ seed: 1, frames: 1500, rows: ["fragments"] }).get("IpExtReasmOverlaps")).toBeGreaterThan(0);
});
