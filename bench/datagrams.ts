/**
 * Datagrams per second from a process on one host to a process on another, through every layer, by `sendto` and
 * `recvfrom`. Bar: 300,000 a second.
 */
import { AF_INET, type Attachable, type Program, SOCK_DGRAM, World } from "netloom";
import { rate, report } from "./lib/rates.ts";

const DATAGRAMS = 20_000;

const sender: Program = async (sys) => {
  const s = sys.socket(AF_INET, SOCK_DGRAM);
  const data = new Uint8Array(64);
  const target = { address: "10.0.0.1", port: 7 };
  for (let i = 0; i < DATAGRAMS; i++) {
    await sys.sendto(s, data, target);
    // The first one waits for ARP; the others would queue behind it.
    if (i === 0) await sys.sleep(0.001);
  }
};

const receiver: Program = async (sys) => {
  const s = sys.socket(AF_INET, SOCK_DGRAM);
  sys.bind(s, { address: "0.0.0.0", port: 7 });
  const buffer = new Uint8Array(2048);
  for (let i = 0; i < DATAGRAMS; i++) await sys.recvfrom(s, buffer);
};

async function run(join: (world: World) => Attachable): Promise<void> {
  const world = new World();
  const lan = join(world);
  const alice = world.host("alice");
  const bob = world.host("bob");
  alice.attach(lan, "10.0.0.1/24");
  bob.attach(lan, "10.0.0.2/24");
  alice.spawn("receiver", receiver);
  bob.spawn("sender", sender);
  const { crashes } = await world.run();
  if (crashes[0] !== undefined) throw crashes[0].error;
}

// Each datagram arrives at an instant of its own: the receiver is woken, with a drain barrier, for each.
rate({ name: "datagrams over a cable of 1 Gbit/s", operations: DATAGRAMS, barNs: 1e9 / 300_000 }, () =>
  run((world) => world.cable()),
);
rate({ name: "datagrams over a switch of 1 Gbit/s", operations: DATAGRAMS, barNs: 1e9 / 300_000 }, () =>
  run((world) => world.segment("lan")),
);
await report();
