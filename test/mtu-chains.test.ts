/** Datagrams of any size over gateways between links of any MTUs, which lose, repeat and overtake: the same bytes, or nothing. */
import * as fc from "fast-check";
import { AF_INET6, type Host, type Program, SO_RCVBUF, SOCK_DGRAM, SOL_SOCKET, World } from "netloom";
import { expect, test } from "vitest";

const PORT = 7;
const SIZE_MAX = 9000;
/** Links that are narrower carry no IPv6. */
const MTU_MIN_6 = 1280;

type Family = "IPv4" | "IPv6";
const PREFIX: Readonly<Record<Family, string>> = { IPv4: "10.", IPv6: "2001:" };

/** The byte at a place of the datagram with that number. */
const byteAt = (number: number, place: number): number => (number * 31 + place * 7 + (place >> 8)) & 0xff;

function datagram(number: number, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, place) => (place === 0 ? number : byteAt(number, place)));
}

/** A row of hosts, the inner ones gateways, with a cable of each MTU between two neighbours. */
function row(world: World, mtus: readonly number[], faults: object): [Host, Host] {
  const hosts = [0, ...mtus.keys()].map((_, index) => world.host(`h${index}`));
  for (const [index, mtu] of mtus.entries()) {
    const cable = world.cable({ mtu, ...faults });
    for (const [end, host] of [hosts[index], hosts[index + 1]].entries()) {
      host?.attach(
        cable,
        `10.0.${index}.${end + 1}/24`,
        ...(mtu < MTU_MIN_6 ? [] : [`2001:db8:${index}::${end + 1}/64`]),
      );
      if (host !== undefined) host.forwarding = true;
    }
  }
  world.autoroute();
  return [hosts[0] as Host, hosts.at(-1) as Host];
}

/** What of the datagrams arrives, by number; each is looked at byte for byte. */
async function send(
  family: Family,
  mtus: readonly number[],
  sizes: readonly number[],
  faults: object,
  seed: number,
): Promise<number[]> {
  const world = new World({ seed, console: () => {} });
  const [first, last] = row(world, mtus, faults);
  const to = last.addresses.find((address) => address.startsWith(PREFIX[family])) as string;
  const heard: number[] = [];
  const receiver: Program = async (sys) => {
    const s = sys.socket(AF_INET6, SOCK_DGRAM);
    sys.setsockopt(s, SOL_SOCKET, SO_RCVBUF, 200_000);
    sys.bind(s, { address: "::", port: PORT });
    const buffer = new Uint8Array(SIZE_MAX + 1);
    for (;;) {
      const { bytes } = await sys.recvfrom(s, buffer);
      const number = buffer[0] as number;
      expect(buffer.subarray(0, bytes)).toEqual(datagram(number, sizes[number] as number));
      heard.push(number);
    }
  };
  const sender: Program = async (sys) => {
    const s = sys.socket(AF_INET6, SOCK_DGRAM);
    for (const [number, size] of sizes.entries()) {
      // Too large for the way, as it is known by now: then it is cut by whoever may.
      await sys.sendto(s, datagram(number, size), { address: to, port: PORT }).catch(() => 0);
      await sys.sleep(0.5);
    }
  };
  last.spawn("receiver", receiver, { daemon: true });
  first.spawn("sender", sender);
  const { crashes } = await world.run({ until: "200s" });
  expect(crashes).toEqual([]);
  return heard;
}

const narrow = fc.array(fc.integer({ min: 68, max: 2000 }), { minLength: 1, maxLength: 5 });
const wide = fc.array(fc.integer({ min: MTU_MIN_6, max: 3000 }), { minLength: 1, maxLength: 5 });
const size = fc.integer({ min: 1, max: SIZE_MAX });
const CHAINS = [
  { family: "IPv4", chains: narrow },
  { family: "IPv6", chains: wide },
] as const;

test.each(CHAINS)("$family: once the way is known, all arrive", { timeout: 60_000 }, async ({ family, chains }) => {
  const arrives = fc.asyncProperty(chains, size, async (mtus, bytes) => {
    // Each narrower link makes itself known with the loss of one of the first.
    const sizes = new Array<number>(mtus.length + 3).fill(bytes);
    const heard = await send(family, mtus, sizes, {}, 1);
    expect(heard.slice(-3)).toEqual([mtus.length, mtus.length + 1, mtus.length + 2]);
  });
  await fc.assert(arrives, { numRuns: 10 });
});

test.each(CHAINS)(
  "$family: what comes over links that lose, repeat and overtake is what was sent",
  { timeout: 60_000 },
  async ({ family, chains }) => {
    const faults = { lossRate: 0.02, duplicateRate: 0.1, reorderRate: 0.2, jitterMs: 20, delayMs: 5 };
    const isSound = fc.asyncProperty(chains, fc.array(size, { maxLength: 12 }), fc.nat(), async (mtus, sizes, seed) => {
      await send(family, mtus, sizes, faults, seed);
    });
    await fc.assert(isSound, { numRuns: 10 });
  },
);
