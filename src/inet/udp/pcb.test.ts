import * as fc from "fast-check";
import { expect, test } from "vitest";
import { inetAddress } from "../../socket/address.ts";
import type { Socket } from "../../socket/socket.ts";
import { ANY_V4, IpAddress } from "../../wire/ip-address.ts";
import type { IpSocketOptions } from "../ip4/socket-options.ts";
import { UdpPcb, UdpTable } from "./pcb.ts";

// Few values, so that they meet; the IPv6 addresses end in the same words as the IPv4 ones.
const address = fc.constantFrom(
  IpAddress.v4(1),
  IpAddress.v4(0x8000_0001),
  IpAddress.v6(1, 2, 0xffff, 1),
  IpAddress.v6(2, 1, 0xffff, 1),
);
const port = fc.constantFrom(7, 8, 60_000);
const endpoint = fc.record({
  local: fc.oneof(address, fc.constant(ANY_V4)),
  port,
  peer: fc.option(fc.tuple(address, port)),
});
const step = fc.oneof(fc.record({ add: endpoint }), fc.record({ remove: fc.nat() }));
const query = fc.tuple(address, port, address, port);

function pcbOf({ local, port, peer }: { local: IpAddress; port: number; peer: [IpAddress, number] | null }): UdpPcb {
  // The table looks at no socket.
  const pcb = new UdpPcb(null as unknown as Socket, null as unknown as IpSocketOptions);
  pcb.localAddress = local;
  pcb.localPort = port;
  pcb.remote = peer === null ? null : inetAddress(...peer);
  return pcb;
}

/** The same question to a plain list, newest first: how particular a socket is about the datagram, the best one wins. */
function search(
  pcbs: readonly UdpPcb[],
  [to, toPort, from, fromPort]: [IpAddress, number, IpAddress, number],
): UdpPcb | null {
  const score = (pcb: UdpPcb): number => {
    if (pcb.localPort !== toPort) return 0;
    const isExact = pcb.localAddress.equals(to);
    if (pcb.remote !== null) {
      return isExact && pcb.remote.port === fromPort && pcb.remote.address.equals(from) ? 3 : 0;
    }
    if (isExact) return 2;
    return pcb.localAddress.isUnspecified && pcb.localAddress.family === to.family ? 1 : 0;
  };
  const best = Math.max(0, ...pcbs.map(score));
  return best === 0 ? null : (pcbs.find((pcb) => score(pcb) === best) ?? null);
}

test("the hash tables agree with a plain list, whatever comes and goes", () => {
  const property = fc.property(
    fc.array(step, { maxLength: 30 }),
    fc.array(query, { minLength: 10 }),
    (steps, queries) => {
      const table = new UdpTable();
      const list: UdpPcb[] = [];
      for (const each of steps) {
        if ("add" in each) {
          const pcb = pcbOf(each.add);
          list.unshift(pcb);
          table.add(pcb);
        } else if (list.length > 0) {
          const [gone] = list.splice(each.remove % list.length, 1);
          table.remove(gone as UdpPcb);
        }
      }
      for (const asked of queries) expect(table.lookup(...asked)).toBe(search(list, asked));
      for (const number of [7, 8, 60_000]) {
        expect(new Set(table.onPort(number))).toEqual(new Set(list.filter((pcb) => pcb.localPort === number)));
      }
      expect(table.all()).toHaveLength(list.length);
    },
  );
  fc.assert(property, { numRuns: 300 });
});

test("the hash spreads: thousands of connected sockets on one port stand in short chains", () => {
  const table = new UdpTable();
  const peers = Array.from(
    { length: 5000 },
    (_, index) => [IpAddress.v4(0x0a00_0000 + (index >> 4)), 40_000 + (index & 15)] as const,
  );
  const pcbs = peers.map((peer) => pcbOf({ local: IpAddress.v4(1), port: 7, peer: [...peer] }));
  for (const pcb of pcbs) table.add(pcb);
  const longest = Math.max(
    ...pcbs.map((first) => {
      let length = 1;
      for (let pcb = first.next; pcb !== null; pcb = pcb.next) length++;
      return length;
    }),
  );
  expect(longest).toBeLessThanOrEqual(3);
  for (const [index, [peer, peerPort]] of peers.entries()) {
    expect(table.lookup(IpAddress.v4(1), 7, peer, peerPort)).toBe(pcbs[index]);
  }
});
