/** The examples of RFC 6724 §10, and the rules that they leave out. */
import { expect, test } from "vitest";
import type { Interface } from "../../netif/interface.ts";
import { ip, twoHosts } from "../inet.fixture.ts";
import { type Candidate, selectSource, sortDestinations } from "./source.ts";

const { eth } = twoHosts();

/** "2001:db8::1", "2001:db8::1 deprecated", "fe80::1 other" (of another interface). */
function candidate(text: string): Candidate {
  const [address = "", ...words] = text.split(" ");
  const through: Interface = words.includes("other") ? eth.b : eth.a;
  return { address: ip(address), through, state: words.includes("deprecated") ? "deprecated" : "preferred" };
}

const source = (destination: string, ...candidates: string[]): string | undefined =>
  selectSource(candidates.map(candidate), ip(destination), eth.a)?.address.toString();

test.each([
  // §10.1
  ["2001:db8:1::1", ["2001:db8:3::1", "fe80::1"], "2001:db8:3::1"],
  ["ff05::1", ["2001:db8:3::1", "fe80::1"], "2001:db8:3::1"],
  ["2001:db8:1::1", ["2001:db8:1::1 deprecated", "2001:db8:2::1"], "2001:db8:1::1"],
  ["fe80::1", ["fe80::2 deprecated", "2001:db8:1::1"], "fe80::2"],
  ["2001:db8:1::1", ["2001:db8:1::2", "2001:db8:3::2"], "2001:db8:1::2"],
  [
    "2002:c633:6401::1",
    ["2002:c633:6401:0:d5e3:7953:13eb:22e8", "2001:db8:1::2"],
    "2002:c633:6401:0:d5e3:7953:13eb:22e8",
  ],
  // Rule 5, and §4: only the interface's own addresses for link-local and multicast destinations.
  ["2001:db8:9::1", ["2001:db8:9::2 other", "2001:db8:1::2"], "2001:db8:1::2"],
  ["ff02::1", ["fe80::1 other", "2001:db8::1"], "2001:db8::1"],
  ["fe80::9", ["fe80::1 other"], undefined],
  // Rule 3; loopback stays at home; no address of the other family.
  ["2001:db8:9::1", ["2001:db8:9::2 deprecated", "2001:db8:1::2"], "2001:db8:1::2"],
  ["2001:db8::1", ["::1"], undefined],
  ["::1", ["2001:db8::1", "::1"], "::1"],
  ["2001:db8::1", ["10.0.0.1"], undefined],
])("to %s from one of %j", (destination, candidates, expected) => {
  expect(source(destination, ...candidates)).toBe(expected);
  expect(source(destination, ...candidates.toReversed())).toBe(expected);
});

test("a tentative address is no candidate", () => {
  const tentative: Candidate = { address: ip("2001:db8::1"), through: eth.a, state: "tentative" };
  expect(selectSource([tentative], ip("2001:db8::2"), eth.a)).toBeUndefined();
});

function order(destinations: string[], ...candidates: string[]): string[] {
  const known = candidates.map(candidate);
  const sorted = sortDestinations(
    destinations.map(ip),
    (destination) => selectSource(known, destination, eth.a) ?? null,
  );
  return sorted.map(String);
}

test.each([
  // §10.2
  [["2001:db8:1::1", "198.51.100.121"], ["2001:db8:1::2", "fe80::1", "169.254.13.78"], "2001:db8:1::1"],
  [["2001:db8:1::1", "198.51.100.121"], ["fe80::1", "198.51.100.117"], "198.51.100.121"],
  [["2001:db8:1::1", "10.1.2.3"], ["2001:db8:1::2", "fe80::1", "10.1.2.4"], "2001:db8:1::1"],
  [["2001:db8:1::1", "fe80::1"], ["2001:db8:1::2", "fe80::2"], "fe80::1"],
  [["2001:db8:1::1", "fe80::1"], ["2001:db8:1::2 deprecated", "fe80::2"], "fe80::1"],
  [["2001:db8:1::1", "2001:db8:3ffe::1"], ["2001:db8:1::2", "2001:db8:3f44::2", "fe80::2"], "2001:db8:1::1"],
  [["2002:c633:6401::1", "2001:db8:1::1"], ["2002:c633:6401::2", "fe80::2"], "2002:c633:6401::1"],
  [["2002:c633:6401::1", "2001:db8:1::1"], ["2002:c633:6401::2", "2001:db8:1::2", "fe80::2"], "2001:db8:1::1"],
  [["198.51.100.121", "2001:db8:1::1"], [], "198.51.100.121"],
])("of %j, with %j, the first to try", (destinations, candidates, first) => {
  expect(order(destinations, ...candidates)[0]).toBe(first);
  if (candidates.length > 0) expect(order(destinations.toReversed(), ...candidates)[0]).toBe(first);
});
