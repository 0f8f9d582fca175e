import { describe, expect, test } from "vitest";
import { IpAddress } from "../wire/ip-address.ts";
import * as mac from "../wire/mac-address.ts";
import { Packet } from "../wire/packet.ts";
import type { Interface } from "./interface.ts";
import { LINK_HEADER_MAX_BYTES, WAITING_MAX_BYTES } from "./neighbour.ts";
import { type Lesson, NEIGHBOURS_MAX } from "./neighbour-table.ts";
import { NS_PER_SECOND, TestDevice, TestWorld } from "./netif.fixture.ts";
import { Netif } from "./netif.ts";
import { output } from "./output.ts";

const ETHERTYPE = 0x0800;
const B = IpAddress.v4(0x0a00_0002);
const MAC_B = 0x02_00_00_00_00_02;
const REPLY: Lesson = { create: true, confirmed: true, etherType: ETHERTYPE };
const REQUEST: Lesson = { ...REPLY, confirmed: false };
const GRATUITOUS: Lesson = { ...REQUEST, create: false };

/** A host with one interface, a clock, and a log of what the table does. */
class Dialogue {
  readonly world: TestWorld = new TestWorld();
  readonly netif: Netif = new Netif(this.world.machine("a"));
  readonly device: TestDevice = new TestDevice();
  readonly eth0: Interface = this.netif.interfaces.attach(this.device, 0x02_00_00_00_00_01);
  #log: string[] = [];

  constructor() {
    this.device.carry = (packet) => {
      const octets = packet.copyBytes();
      this.#log.push(`send ${octets.at(-1)} to ${octets[5]}`);
    };
    this.netif.neighbours.registerSolicitor(4, (_through, target, unicastTo) =>
      this.#log.push(unicastTo === undefined ? `ask all for ${target}` : `ask ${unicastTo % 256} for ${target}`),
    );
    this.netif.neighbours.onUnreachable(4, (packet) => this.#log.push(`unreachable ${packet.copyBytes()}`));
  }

  /** Sends a packet of one octet to B, or to another address. */
  send(octet: number, to: IpAddress = B): this {
    output(this.netif, this.eth0, Packet.from(Uint8Array.of(octet)), to, ETHERTYPE);
    return this;
  }

  learn(lesson: Lesson, macAddress: number = MAC_B, address: IpAddress = B): this {
    this.netif.neighbours.learn(this.eth0, address, macAddress, lesson);
    return this;
  }

  /** Lets time pass. */
  after(seconds: number): this {
    this.world.run(seconds * NS_PER_SECOND);
    return this;
  }

  /** What was done since the last look. */
  did(...expected: string[]): this {
    expect(this.#log).toEqual(expected);
    this.#log = [];
    return this;
  }

  is(state: string): this {
    expect(this.netif.neighbours.snapshot().map((line) => line.state)).toEqual(state === "" ? [] : [state]);
    return this;
  }

  count(counter: string): number {
    return this.netif.machine.counters.get(counter);
  }
}

describe("H38: neighbour resolution", () => {
  test("the packet that triggers it is queued, and sent with those behind it when the reply comes", () => {
    const a = new Dialogue().send(1).did("ask all for 10.0.0.2").is("INCOMPLETE").send(2).did();
    a.after(0.5).learn(REPLY).did("send 1 to 2", "send 2 to 2").is("REACHABLE");
    a.send(3).did("send 3 to 2");
  });

  test("one request a second however many packets wait, three in all, then all of them are unreachable", () => {
    const a = new Dialogue().send(1).send(2).did("ask all for 10.0.0.2");
    a.after(0.999).send(3).did().after(0.001).did("ask all for 10.0.0.2");
    a.after(1).did("ask all for 10.0.0.2").is("INCOMPLETE");
    a.after(1).did("unreachable 1", "unreachable 2", "unreachable 3").is("FAILED");
    expect(a.count("NeighResFailed")).toBe(1);
    expect(a.count("NeighUnresolvedDiscards")).toBe(3);
    expect(a.eth0.counters.txDrops).toBe(3);
  });

  test("a failed neighbour is asked for again by the next packet", () => {
    const a = new Dialogue().send(1).after(3).is("FAILED");
    a.did("ask all for 10.0.0.2", "ask all for 10.0.0.2", "ask all for 10.0.0.2", "unreachable 1");
    a.send(2).did("ask all for 10.0.0.2").is("INCOMPLETE").learn(REPLY).did("send 2 to 2");
  });

  test("broadcast, multicast and unspecified addresses are never asked for", () => {
    const a = new Dialogue();
    for (const bits of [0xffff_ffff, 0xe000_0001, 0]) a.send(1, IpAddress.v4(bits));
    a.did().is("");
    expect(a.count("NeighUnresolvable")).toBe(3);
  });

  test("the progress of a connection confirms an entry", () => {
    const a = new Dialogue().send(1).learn(REPLY).after(29);
    a.netif.neighbours.confirm(a.eth0, B);
    a.after(29).is("REACHABLE").after(1).is("STALE");
    a.did("ask all for 10.0.0.2", "send 1 to 2");
  });

  test("progress says nothing of an address that is not known", () => {
    const a = new Dialogue().send(1);
    a.netif.neighbours.confirm(a.eth0, B);
    a.is("INCOMPLETE");
  });

  test("so many bytes wait for an address, and the oldest packet makes room", () => {
    const a = new Dialogue();
    const waiting = Packet.from(Uint8Array.of(1));
    waiting.compact(LINK_HEADER_MAX_BYTES);
    const fits = Math.ceil(WAITING_MAX_BYTES / waiting.trueSizeBytes);
    for (let count = 0; count < fits; count++) a.send(count % 256);
    expect(a.count("NeighUnresolvedDiscards")).toBe(0);
    a.send(1).send(2);
    expect(a.count("NeighUnresolvedDiscards")).toBe(2);
    a.did("ask all for 10.0.0.2").learn(REPLY);
    const left = Array.from({ length: fits - 2 }, (_, index) => `send ${(index + 2) % 256} to 2`);
    a.did(...left, "send 1 to 2", "send 2 to 2");
  });
});

describe("a known address grows old", () => {
  test("REACHABLE for 30 s, then used as it is and verified five seconds later", () => {
    const a = new Dialogue().send(1).learn(REPLY).did("ask all for 10.0.0.2", "send 1 to 2");
    a.after(29.999).send(2).did("send 2 to 2").is("REACHABLE").after(0.001).is("STALE");
    a.send(3).did("send 3 to 2").is("DELAY");
    a.after(4.999).send(4).did("send 4 to 2").after(0.001).did("ask 2 for 10.0.0.2").is("PROBE");
    a.send(5).did("send 5 to 2").learn(REPLY).is("REACHABLE").after(3).did();
  });

  test("a neighbour that answers no more fails after three requests to it, and is asked for anew", () => {
    const a = new Dialogue()
      .send(1)
      .learn(REPLY)
      .after(30)
      .send(2)
      .after(5 + 2);
    a.did("ask all for 10.0.0.2", "send 1 to 2", "send 2 to 2", ...new Array<string>(3).fill("ask 2 for 10.0.0.2"));
    a.is("PROBE").after(1).did().is("FAILED").send(3).did("ask all for 10.0.0.2");
  });

  test("progress during the delay spares the request", () => {
    const a = new Dialogue().send(1).learn(REPLY).after(30).send(2).is("DELAY");
    a.netif.neighbours.confirm(a.eth0, B);
    a.after(20).is("REACHABLE").did("ask all for 10.0.0.2", "send 1 to 2", "send 2 to 2");
  });

  test("an idle entry is left alone", () => {
    new Dialogue().learn(REPLY).after(3600).is("STALE").did();
  });

  test("verifying is a background event: only a packet that waits can still make something happen", () => {
    const a = new Dialogue().send(1);
    expect(a.world.scheduler.events.foreground).toBe(1);
    a.learn(REPLY).after(30).send(2).is("DELAY");
    expect(a.world.scheduler.events.size).toBe(1);
    expect(a.world.scheduler.events.foreground).toBe(0);
  });
});

describe("what others say", () => {
  test("a request from a neighbour makes a stale entry", () => {
    new Dialogue().learn(REQUEST).is("STALE").send(1).did("send 1 to 2").is("DELAY");
  });

  test("a request from the neighbour that packets wait for lets them go, and is verified later", () => {
    const a = new Dialogue().send(1).learn(REQUEST).did("ask all for 10.0.0.2", "send 1 to 2").is("DELAY");
    a.after(5).did("ask 2 for 10.0.0.2");
  });

  test("a gratuitous message makes no entry, and corrects the one there is", () => {
    new Dialogue().learn(GRATUITOUS).is("");
    const a = new Dialogue()
      .send(1)
      .learn(REPLY)
      .learn(GRATUITOUS, MAC_B + 1)
      .is("STALE");
    a.did("ask all for 10.0.0.2", "send 1 to 2").send(2).did("send 2 to 3");
  });

  test("hearing the same again changes nothing", () => {
    new Dialogue().learn(REPLY).learn(GRATUITOUS).is("REACHABLE");
  });
});

describe("the table is bounded", () => {
  const address = (index: number): IpAddress => IpAddress.v4(0x0a00_0000 + index);

  test("the entry that was not used for longest makes room", () => {
    const a = new Dialogue();
    for (let index = 1; index <= NEIGHBOURS_MAX; index++) a.learn(REPLY, index, address(index));
    a.send(9, address(1)).did("send 9 to 1");
    a.learn(REPLY, 7, address(5000));
    expect(a.netif.neighbours.size).toBe(NEIGHBOURS_MAX);
    expect(a.count("NeighForcedGcRuns")).toBe(1);
    const left = a.netif.neighbours.snapshot().map((line) => line.address);
    expect(left).toContain("10.0.0.1");
    expect(left).not.toContain("10.0.0.2");
  });

  test("packets that waited for an entry that makes room are dropped and counted", () => {
    const a = new Dialogue();
    for (let index = 1; index <= NEIGHBOURS_MAX + 1; index++) a.send(1, address(index));
    expect(a.count("NeighUnresolvedDiscards")).toBe(1);
    expect(a.world.scheduler.events.size).toBe(NEIGHBOURS_MAX);
  });
});

test("an interface that goes down or away takes its neighbours along", () => {
  const a = new Dialogue().send(1).learn(REPLY, 3, IpAddress.v4(0x0a00_0003));
  a.netif.interfaces.setUp(a.eth0, false);
  expect(a.netif.neighbours.snapshot()).toEqual([]);
  expect(a.netif.neighbours.size).toBe(0);
  expect(a.count("NeighUnresolvedDiscards")).toBe(1);
  a.after(10).did("ask all for 10.0.0.2");
});

test("the same address behind two interfaces is two neighbours", () => {
  const a = new Dialogue().learn(REPLY);
  const eth1 = a.netif.interfaces.attach(new TestDevice(), 0x02_00_00_00_00_11);
  output(a.netif, eth1, Packet.from(Uint8Array.of(1)), B, ETHERTYPE);
  expect(a.netif.neighbours.snapshot()).toEqual([
    { address: "10.0.0.2", interface: "eth0", macAddress: mac.format(MAC_B), state: "REACHABLE" },
    { address: "10.0.0.2", interface: "eth1", macAddress: "", state: "INCOMPLETE" },
  ]);
});

test("without a solicitor packets wait and fail all the same", () => {
  const world = new TestWorld();
  const netif = new Netif(world.machine("a"));
  const eth0 = netif.interfaces.attach(new TestDevice(), 1);
  output(netif, eth0, Packet.from(Uint8Array.of(1)), B, ETHERTYPE);
  world.run(3 * NS_PER_SECOND);
  expect(netif.machine.counters.snapshot()).toEqual({ NeighResFailed: 1, NeighUnresolvedDiscards: 1 });
  expect(world.scheduler.events.size).toBe(0);
});
