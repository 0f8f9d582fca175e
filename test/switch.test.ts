/** A million packets through a switch wake no program, so they take no drain barrier: counted. */
import { World } from "netloom";
import { type DeviceClient, Packet } from "netloom/kernel";
import { expect, test } from "vitest";

const FRAMES = 1_000_000;
const FRAME_BYTES = 64;

test("a million packets forwarded by a switch take no drain barrier", { timeout: 60_000 }, async () => {
  const world = new World();
  const lan = world.segment("lan", { rateMbps: 1000, queuePackets: 10 });
  const [source, sink] = [lan.port(), lan.port()];
  let sent = 0;
  let received = 0;
  const frame = (to: number, from: number): Packet => {
    const packet = Packet.allocate(FRAME_BYTES);
    packet.bytes.fill(0, packet.start, packet.end);
    packet.bytes[packet.start + 5] = to;
    packet.bytes[packet.start + 11] = from;
    return packet;
  };
  const client = (receive: () => void, transmitDone: () => void): DeviceClient => ({ receive, transmitDone });
  const send = (): void => {
    while (source.ready && sent < FRAMES) {
      sent++;
      source.transmit(frame(2, 1));
    }
  };
  sink.open(
    client(
      () => received++,
      () => {},
    ),
    2,
    "sink",
  );
  source.open(
    client(() => {}, send),
    1,
    "source",
  );
  // The switch learns where the sink is, so that frames to it are forwarded and not flooded.
  sink.transmit(frame(1, 2));
  send();
  const { barriers, events, nowNs } = await world.run();
  expect(received).toBe(FRAMES);
  expect(barriers).toBe(0);
  expect(events).toBeGreaterThanOrEqual(FRAMES);
  // Each frame takes 64 × 8 bits at 1 bit/ns, twice: into the switch and out of it, one behind the other.
  expect(nowNs).toBeGreaterThanOrEqual(FRAMES * FRAME_BYTES * 8);
});
