import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Packet } from "./packet.ts";
import * as tcp from "./tcp.ts";
import * as virtio from "./virtio-net.ts";

const ETHERNET = 14;

/** A frame with an IP header of 20 or 40 bytes, a TCP header and so much payload. */
function frame(family: 4 | 6, payload: number, flags: number): Packet {
  const ipLength = family === 4 ? 20 : 40;
  const packet = Packet.from(new Uint8Array(ETHERNET + ipLength + tcp.HEADER_LENGTH + payload));
  packet.pullUp(packet.length);
  const at = packet.start + ETHERNET;
  packet.view.setUint8(at, family << 4);
  packet.view.setUint16(at + ipLength + 12, (5 << 12) | flags);
  packet.checksumStart = at + ipLength;
  packet.checksumField = tcp.CHECKSUM;
  packet.payloadStart = at + ipLength + tcp.HEADER_LENGTH;
  return packet;
}

/** As it arrives: everything in one stretch, and nothing known of it. */
function arrived(packet: Packet): Packet {
  const bytes = new Uint8Array(packet.length);
  packet.copyTo(bytes);
  const copy = Packet.allocate(bytes.length);
  copy.bytes.set(bytes, copy.start);
  return copy;
}

describe("the header of a virtual network device", () => {
  test("what is put in front is what is found", () => {
    fc.assert(
      fc.property(
        fc.constantFrom<4 | 6>(4, 6),
        fc.integer({ min: 0, max: 5000 }),
        fc.integer({ min: 0, max: 1460 }),
        fc.constantFrom(tcp.ACK, tcp.ACK | tcp.CWR),
        (family, payload, segmentBytes, flags) => {
          const sent = frame(family, payload, flags);
          sent.segmentBytes = segmentBytes;
          const { length, segments } = sent;
          virtio.prepend(sent);
          expect(sent.length).toBe(length + virtio.HEADER_LENGTH);
          const got = arrived(sent);
          expect(virtio.strip(got)).toBe(true);
          expect([got.length, got.segments]).toEqual([length, segments]);
          expect(got.checksumStart - got.start).toBe(sent.checksumStart - sent.start - virtio.HEADER_LENGTH);
          expect(got.checksumField).toBe(tcp.CHECKSUM);
        },
      ),
    );
  });

  test("nothing that is said in it is believed before it has been looked at", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        const packet = Packet.from(bytes);
        const before = packet.length;
        const verdict = virtio.strip(packet);
        if (verdict !== true) {
          expect([packet.length, packet.checksumStart, packet.segmentBytes]).toEqual([before, -1, 0]);
          return;
        }
        expect(packet.length).toBe(before - virtio.HEADER_LENGTH);
        packet.completeChecksum();
        expect(packet.segments).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ["truncated", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ["unknown-segmentation", [1, 3, 54, 0, 0, 5, 34, 0, 16, 0, ...new Array(100).fill(0)]],
    ["bad-checksum-place", [1, 0, 0, 0, 0, 0, 200, 0, 16, 0, ...new Array(100).fill(0)]],
    ["bad-segmentation", [0, 1, 54, 0, 0, 5, 34, 0, 16, 0, ...new Array(100).fill(0)]],
    ["bad-segmentation", [1, 1, 54, 0, 0, 0, 34, 0, 16, 0, ...new Array(100).fill(0)]],
  ])("%s", (reason, bytes) => {
    expect(virtio.strip(Packet.from(Uint8Array.from(bytes)))).toBe(reason);
  });
});
