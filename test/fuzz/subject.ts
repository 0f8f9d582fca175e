/**
 * The host that is fuzzed: two interfaces, forwarding, and the sockets that the rows open.
 *
 * A frame goes in, and whatever is due happens; what the host answers is thrown away. Each frame must leave a trace in a
 * counter that says what became of it.
 */
import { TestHost } from "../../src/inet/inet.fixture.ts";
import type { Interface } from "../../src/netif/interface.ts";
import { TestDevice, TestWorld } from "../../src/netif/netif.fixture.ts";
import type { Protocol } from "../../src/socket/protocol.ts";
import { Socket } from "../../src/socket/socket.ts";
import { Packet } from "../../src/wire/packet.ts";
import type { Bound } from "./row.ts";

/** The link address of the interface that frames come to. */
export const HOST_MAC = 0x02_00_00_00_00_0a;
/** Whoever sends them. */
export const PEER_MAC = 0x02_00_00_00_00_0b;

/**
 * Counters that say that something has come, and not what became of it. A fragment that was counted waits, unless another
 * counter says that it was dropped.
 */
const ARRIVALS = /^(Ip6?InReceives|Ip(6|Ext)?In(Mcast|Bcast)Pkts|Icmp6?InMsgs|TcpInSegs|Ip6InOctets)$/;

export class Subject {
  readonly world: TestWorld = new TestWorld();
  readonly host: TestHost = new TestHost(this.world, "a");
  readonly eth0: Interface;
  readonly eth1: Interface;
  readonly sockets: Socket[] = [];
  readonly #device: TestDevice = new TestDevice();
  readonly #behind: TestDevice = new TestDevice();

  constructor() {
    const { host } = this;
    this.eth0 = host.attach(this.#device, HOST_MAC, "10.0.0.1/24");
    this.eth1 = host.attach(this.#behind, 0x02_00_00_00_01_0a, "10.1.0.1/24");
    // It is narrower, so that what is forwarded may have to be cut.
    this.#behind.mtu = 576;
    host.inet.addRoute({ to: "default", via: "10.1.0.2" });
    host.inet.ip.forwarding = true;
    for (const device of [this.#device, this.#behind]) device.carry = () => {};
  }

  /** A socket of that row of the protocol table. */
  open(protocol: Protocol): Socket {
    const socket = new Socket(this.host.machine, protocol, this.sockets.length + 1);
    this.sockets.push(socket);
    return socket;
  }

  /** The row of that name, type and domain. */
  protocol(name: string): Protocol {
    const found = this.host.inet.protocols.find((row) => row.name === name);
    if (found === undefined) throw new Error(`there is no protocol "${name}"`);
    return found;
  }

  /** A frame arrives. True when a counter tells what became of it. */
  take(frame: Uint8Array, headLength: number): boolean {
    const before = this.#ends();
    const packet = Packet.from(frame.subarray(0, headLength));
    if (headLength < frame.length) packet.tail = frame.slice(headLength);
    this.#device.client?.receive(packet);
    this.world.run(0);
    return this.#ends() > before;
  }

  /** Time passes, and programs read what has come. */
  pass(durationNs: number): void {
    this.world.run(durationNs);
    const into = new Uint8Array(64);
    for (const socket of this.sockets) {
      for (let count = 0; count < 20; count++) if (typeof socket.receive(into, 0) === "string") break;
    }
  }

  bounds(): readonly Bound[] {
    const { netif, inet } = this.host;
    const queued = this.sockets.map((socket, index) => ({
      what: `receive queue ${index}`,
      value: socket.receiveQueueBytes,
      max: socket.receiveLimitBytes + 70_000,
    }));
    return [
      { what: "neighbours", value: netif.neighbours.size, max: 1024 },
      { what: "fragments", value: inet.ip.reassembly.trueBytes, max: 4_194_304 + 70_000 },
      { what: "events", value: this.world.scheduler.events.size, max: 20_000 },
      { what: "routes", value: inet.ip.routes.snapshot().length, max: 2000 },
      { what: "addresses", value: inet.ip.addresses.list().length, max: 100 },
      ...queued,
    ];
  }

  #ends(): number {
    const counters = Object.entries(this.host.machine.counters.snapshot());
    return counters.reduce((sum, [name, count]) => (ARRIVALS.test(name) ? sum : sum + count), 0);
  }
}
