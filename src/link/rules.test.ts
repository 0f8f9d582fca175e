/** Rules: every verdict, what they see, and what happens when one fails. */
import { describe, expect, test } from "vitest";
import { IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_TCP, IPPROTO_UDP } from "../abi/socket.ts";
import * as arp from "../wire/arp.ts";
import * as ethernet from "../wire/ethernet.ts";
import * as icmpv4 from "../wire/icmpv4.ts";
import * as icmpv6 from "../wire/icmpv6.ts";
import { IpAddress } from "../wire/ip-address.ts";
import * as ipv4 from "../wire/ipv4.ts";
import * as ipv6 from "../wire/ipv6.ts";
import * as extension from "../wire/ipv6-extension.ts";
import { Packet } from "../wire/packet.ts";
import * as tcp from "../wire/tcp.ts";
import * as udp from "../wire/udp.ts";
import { Cable } from "./cable.ts";
import { A, B, imbalance, numbered, range, TestInterface, TestWorld } from "./link.fixture.ts";
import type { PacketView } from "./packet-view.ts";
import type { Rule, Verdict } from "./rules.ts";

function wire(...rules: Rule[]) {
  const world = new TestWorld();
  const cable = new Cable(world.machine("wan"), { delayMs: 1, rateMbps: Number.POSITIVE_INFINITY });
  const a = new TestInterface(world, cable.port(), A, "alice eth0");
  const b = new TestInterface(world, cable.port(), B);
  const installed = rules.map((rule) => cable.rule(rule));
  return { world, cable, a, b, installed };
}

/** The number in a frame that link.fixture.ts made. */
const numberOf = ({ bytes }: PacketView): number => new DataView(bytes.buffer).getUint32(14);

const on = (number: number, verdict: Verdict): Rule => {
  return (packet) => (numberOf(packet) === number ? verdict : "pass");
};

describe("verdicts", () => {
  test("drop", () => {
    const { world, cable, a, b } = wire(on(1, "drop"));
    a.sendNumbers(B, range(3));
    world.run();
    expect(b.numbers).toEqual([0, 2]);
    expect(cable.snapshot().ports[0]?.drops).toEqual({ rule: 1 });
    expect(imbalance(cable.snapshot())).toBe(0);
  });

  test("delayMs: those behind overtake", () => {
    const { world, cable, a, b } = wire(on(0, { delayMs: 20 }), on(0, { delayMs: 0.5 }));
    a.sendNumbers(B, range(3));
    expect(cable.snapshot().ports[0]?.inFlight).toBe(3);
    world.run();
    expect(b.numbers).toEqual([1, 2, 0]);
    expect(b.timesNs).toEqual([1_000_000, 1_000_000, 21_500_000]);
    expect(imbalance(cable.snapshot())).toBe(0);
  });

  test("duplicate: that many extra copies", () => {
    const { world, cable, a, b } = wire(on(0, { duplicate: 2 }), on(0, { duplicate: 1 }));
    a.sendNumbers(B, range(2));
    world.run();
    expect(b.numbers).toEqual([0, 0, 0, 0, 1]);
    expect(cable.snapshot().ports[0]?.duplicated).toBe(3);
    expect(imbalance(cable.snapshot())).toBe(0);
  });

  test("corrupt", () => {
    const { world, cable, a, b } = wire(() => "corrupt");
    a.sendNumbers(B, [5]);
    world.run();
    const received = b.arrivals[0]?.packet.copyBytes() as Uint8Array;
    const sent = numbered(A, B, 5).copyBytes();
    expect(received.filter((byte, place) => byte !== sent[place])).toHaveLength(1);
    expect(cable.snapshot().ports[0]?.corrupted).toBe(1);
  });

  test("replace: later rules see the new frame, and the array stays the rule's own", () => {
    const other = numbered(A, B, 99, 80).copyBytes();
    const seen: number[] = [];
    const { world, a, b } = wire(on(0, { replace: other }), (packet) => {
      seen.push(numberOf(packet), packet.length);
      return "pass";
    });
    a.sendNumbers(B, range(2));
    other.fill(0);
    world.run();
    expect(seen).toEqual([99, 80, 1, 64]);
    expect(b.numbers).toEqual([99, 1]);
  });

  test("rules are asked in order, and drop ends the asking", () => {
    const asked: string[] = [];
    const say = (name: string, verdict: Verdict): Rule => {
      return () => {
        asked.push(name);
        return verdict;
      };
    };
    const { world, a } = wire(say("first", "pass"), say("second", "drop"), say("third", "pass"));
    a.sendNumbers(B, [0]);
    world.run();
    expect(asked).toEqual(["first", "second"]);
  });

  test("a rule comes before chance, and each copy that it makes meets chance by itself", () => {
    const { world, cable, a, b } = wire(() => ({ duplicate: 999 }));
    cable.set({ lossRate: 0.5 });
    a.sendNumbers(B, [0]);
    world.run();
    expect(Math.abs(b.arrivals.length - 500)).toBeLessThan(70);
    expect(imbalance(cable.snapshot())).toBe(0);
  });
});

describe("installation", () => {
  test("disposing lifts that rule, once; the same function may be installed twice", () => {
    let count = 0;
    const counting: Rule = () => {
      count++;
      return "pass";
    };
    const { world, a, b, installed } = wire(counting, counting, () => "drop");
    const send = () => {
      count = 0;
      a.sendNumbers(B, [0]);
      world.run();
      return [count, b.arrivals.length];
    };
    expect(send()).toEqual([2, 0]);
    installed[1]?.[Symbol.dispose]();
    installed[1]?.[Symbol.dispose]();
    expect(send()).toEqual([1, 0]);
    installed[2]?.[Symbol.dispose]();
    expect(send()).toEqual([1, 1]);
  });

  test("a rule may lift itself, and add another, while it runs", () => {
    const { world, cable, a, b } = wire();
    const once = cable.rule(() => {
      once[Symbol.dispose]();
      cable.rule(on(2, "drop"));
      return "drop";
    });
    a.sendNumbers(B, range(4));
    world.run();
    expect(b.numbers).toEqual([1, 3]);
  });

  test("a rule may send on the link that it judges", () => {
    const { world, cable, a, b } = wire();
    cable.set({ rateMbps: 1 });
    cable.rule((packet) => {
      if (numberOf(packet) === 0) a.sendNumbers(B, [10]);
      return "pass";
    });
    a.sendNumbers(B, [0]);
    world.run();
    expect(b.numbers).toEqual([0, 10]);
    a.sendNumbers(B, [0, 1]);
    world.run();
    expect(b.numbers.slice(2)).toEqual([0, 1, 10]);
    expect(imbalance(cable.snapshot())).toBe(0);
  });

  test("what is no function is refused", () => {
    const { cable } = wire();
    expect(() => cable.rule("drop" as unknown as Rule)).toThrow(
      'link "wan": the rule is "drop"; allowed is a function of a packet',
    );
  });
});

describe("failures", () => {
  test("a rule that throws is reported from the ready queue, its frame is dropped, and the link goes on", () => {
    const { world, cable, a, b } = wire((packet) => {
      if (numberOf(packet) === 1) throw new Error("what a rule");
      return "pass";
    });
    const errors: Error[] = [];
    cable.onError = (error) => errors.push(error);
    a.sendNumbers(B, range(3));
    expect(errors).toEqual([]);
    world.run();
    expect(errors.map((error) => error.message)).toEqual([
      'link "wan": a rule threw at a frame from alice eth0: what a rule',
    ]);
    expect(errors[0]?.cause).toMatchObject({ message: "what a rule" });
    expect(b.numbers).toEqual([0, 2]);
    expect(cable.snapshot().ports[0]?.drops).toEqual({ ruleFailed: 1 });
    expect(imbalance(cable.snapshot())).toBe(0);
  });

  test("without a listener the error ends the run, and not the sender", () => {
    const { world, a } = wire(() => {
      throw new Error("nobody listens");
    });
    expect(() => a.sendNumbers(B, [0])).not.toThrow();
    expect(() => world.scheduler.runReady(10)).toThrow("nobody listens");
  });

  test.each([
    [undefined, "undefined"],
    [null, "null"],
    ["dorp", '"dorp"'],
    [true, "true"],
    [{}, "an object with no properties"],
    [{ delay: 5 }, "an object with delay"],
    [{ delayMs: 5, duplicate: 1 }, "an object with delayMs, duplicate"],
    [Promise.resolve("pass"), "a promise"],
    [["drop"], "an array"],
  ])("the verdict %o is refused", (verdict, shown) => {
    const { world, cable, a, b } = wire(() => verdict as Verdict);
    const errors: string[] = [];
    cable.onError = (error) => errors.push(error.message);
    a.sendNumbers(B, [0]);
    world.scheduler.runReady(10);
    world.run();
    const allowed = '"pass", "drop", "corrupt", { delayMs }, { duplicate } or { replace }';
    expect(errors).toEqual([`link "wan": a rule answered ${shown}; allowed is ${allowed}`]);
    expect(b.arrivals).toHaveLength(0);
  });

  test.each([
    [{ delayMs: -1 }, "{ delayMs: -1 }; allowed is a number from 0 to 86400000"],
    [{ delayMs: "5" }, '{ delayMs: "5" }; allowed is a number from 0 to 86400000'],
    [{ duplicate: 1.5 }, "{ duplicate: 1.5 }; allowed is a whole number from 0 to 1000"],
    [{ duplicate: 1001 }, "{ duplicate: 1001 }; allowed is a number from 0 to 1000"],
    [{ replace: "x" }, '{ replace: "x" }; allowed is a Uint8Array of 14 to 1518 bytes'],
    [
      { replace: new Uint8Array(13) },
      "{ replace: a Uint8Array of 13 bytes }; allowed is a Uint8Array of 14 to 1518 bytes",
    ],
  ])("the value in %o is refused", (verdict, message) => {
    const { world, cable, a } = wire(() => verdict as unknown as Verdict);
    const errors: string[] = [];
    cable.onError = (error) => errors.push(error.message);
    a.sendNumbers(B, [0]);
    world.scheduler.runReady(10);
    expect(errors).toEqual([`link "wan": a rule answered ${message}`]);
  });
});

describe("what a rule sees", () => {
  const source = IpAddress.v4(0x0a000001);
  const destination = IpAddress.v4(0x0a000002);

  function datagram(protocol: number, transportLength: number, fragmentOffset = 0): Packet {
    const packet = Packet.allocate(ethernet.HEADER_LENGTH + ipv4.HEADER_LENGTH + transportLength, 0);
    packet.bytes.fill(0, packet.start, packet.end);
    const header = { destination: B, source: A, etherType: ethernet.ETHERTYPE_IPV4 };
    ethernet.emit(packet.view, packet.start, header);
    ipv4.emit(packet.view, packet.start + ethernet.HEADER_LENGTH, {
      dscp: 0,
      ecn: 0,
      totalLength: ipv4.HEADER_LENGTH + transportLength,
      identification: 1,
      dontFragment: false,
      moreFragments: false,
      fragmentOffset,
      timeToLive: 64,
      protocol,
      source,
      destination,
      options: new Uint8Array(0),
    });
    return packet;
  }

  function udpDatagram(port: number, fragmentOffset = 0): Packet {
    const packet = datagram(IPPROTO_UDP, 20, fragmentOffset);
    const header = { sourcePort: 4000, destinationPort: port, length: 20, checksum: 0 };
    udp.emit(packet.view, packet.start + 34, header);
    return packet;
  }

  function seen(packet: Packet): PacketView {
    let view: PacketView | undefined;
    const { world, a } = wire((given) => {
      view = given;
      return "pass";
    });
    a.send(packet);
    world.run();
    return view as PacketView;
  }

  test("where it is from, when, and its bytes, which are a copy", () => {
    const views: PacketView[] = [];
    const { world, a, b } = wire((packet) => {
      packet.bytes.fill(0xff);
      views.push(packet);
      return "pass";
    });
    world.run(5);
    a.sendNumbers(B, [7], 70);
    b.sendNumbers(A, [8], 71);
    world.run();
    expect(views.map(({ from, timeNs, length }) => [from, timeNs, length])).toEqual([
      ["alice eth0", 5, 70],
      ["port 2", 5, 71],
    ]);
    expect(b.numbers).toEqual([7]);
  });

  test("UDP ports, as in `p => p.udp?.destinationPort === 7 ? 'drop' : 'pass'`", () => {
    const { world, a, b } = wire((packet) => (packet.udp?.destinationPort === 7 ? "drop" : "pass"));
    for (const port of [6, 7, 8]) a.send(udpDatagram(port));
    // A later fragment has no UDP header, whatever its bytes look like.
    a.send(udpDatagram(7, 8));
    a.sendNumbers(B, [0]);
    world.run();
    expect(b.arrivals).toHaveLength(4);
  });

  test("the records of each format, and undefined for the others", () => {
    const view = seen(udpDatagram(7));
    expect(view.ethernet).toEqual({ destination: B, source: A, etherType: 0x0800 });
    expect(view.ipv4).toMatchObject({ protocol: IPPROTO_UDP, timeToLive: 64, totalLength: 40 });
    expect(view.ipv4?.source.equals(source)).toBe(true);
    expect(view.udp).toEqual({ sourcePort: 4000, destinationPort: 7, length: 20, checksum: 0 });
    expect([view.arp, view.icmp]).toEqual([undefined, undefined]);
  });

  test("ICMP and ARP", () => {
    const echo = datagram(IPPROTO_ICMP, 8);
    icmpv4.emit(echo.view, echo.start + 34, { kind: "echo-request", identifier: 3, sequence: 4 });
    const view = seen(echo);
    expect(view.icmp).toEqual({ kind: "echo-request", identifier: 3, sequence: 4 });
    expect(view.udp).toBeUndefined();

    const request = Packet.allocate(ethernet.HEADER_LENGTH + arp.MESSAGE_LENGTH, 0);
    ethernet.emit(request.view, request.start, { destination: B, source: A, etherType: ethernet.ETHERTYPE_ARP });
    const message = { op: arp.REQUEST, sha: A, spa: source, tha: 0, tpa: destination };
    arp.emit(request.view, request.start + ethernet.HEADER_LENGTH, message);
    expect(seen(request).arp).toMatchObject({ op: arp.REQUEST, sha: A });
    expect(seen(request.clone()).ipv4).toBeUndefined();
  });

  /** Over IPv6, behind a fragment header. */
  function datagram6(protocol: number, transport: Uint8Array, fragmentOffset = 0): Packet {
    const headers = ethernet.HEADER_LENGTH + ipv6.HEADER_LENGTH;
    const packet = Packet.allocate(headers + extension.FRAGMENT_LENGTH + transport.length, 0);
    const { view, start } = packet;
    ethernet.emit(view, start, { destination: B, source: A, etherType: ethernet.ETHERTYPE_IPV6 });
    ipv6.emit(view, start + ethernet.HEADER_LENGTH, {
      trafficClass: 0,
      flowLabel: 7,
      payloadLength: extension.FRAGMENT_LENGTH + transport.length,
      nextHeader: extension.FRAGMENT,
      hopLimit: 64,
      source: IpAddress.v6(0x2001_0db8, 0, 0, 1),
      destination: IpAddress.v6(0x2001_0db8, 0, 0, 2),
    });
    const fragment = { nextHeader: protocol, fragmentOffset, moreFragments: true, identification: 1 };
    extension.emitFragment(view, start + headers, fragment);
    packet.bytes.set(transport, start + headers + extension.FRAGMENT_LENGTH);
    return packet;
  }

  test("IPv6, and what is behind its extension headers", () => {
    const header = new Uint8Array(24);
    const view = new DataView(header.buffer);
    udp.emit(view, 0, { sourcePort: 4000, destinationPort: 7, length: 8, checksum: 0 });
    const datagram = seen(datagram6(IPPROTO_UDP, header));
    expect(datagram.ipv6).toMatchObject({ nextHeader: extension.FRAGMENT, flowLabel: 7, hopLimit: 64 });
    expect(datagram.udp?.destinationPort).toBe(7);
    expect([datagram.ipv4, datagram.icmp, datagram.icmp6, datagram.tcp]).toEqual(new Array(4).fill(undefined));
    expect(seen(datagram6(IPPROTO_UDP, header, 8)).udp).toBeUndefined();
    icmpv6.emit(view, 0, { kind: "packet-too-big", code: 0, mtu: 1280 });
    expect(seen(datagram6(IPPROTO_ICMPV6, header)).icmp6).toMatchObject({ kind: "packet-too-big", mtu: 1280 });
    const segment = { sourcePort: 1, destinationPort: 80, sequence: 5, acknowledgment: 6, window: 9 } as const;
    tcp.emit(view, 0, { ...segment, headerLength: 24, flags: tcp.SYN, checksum: 0, urgentPointer: 0 });
    const whole = datagram6(IPPROTO_TCP, header);
    expect(seen(whole.clone()).tcp).toMatchObject({ ...segment, flags: tcp.SYN });
    whole.truncate(whole.length - 1);
    expect(seen(whole).tcp).toBeUndefined();
  });

  test("what lies behind the end of a datagram is padding, and no header", () => {
    const padded = datagram(IPPROTO_UDP, 4).copyBytes();
    expect(seen(Packet.from(Uint8Array.of(...padded, ...new Uint8Array(20)))).udp).toBeUndefined();
  });

  test("frames that are cut short give undefined and never throw", () => {
    const whole = udpDatagram(7).copyBytes();
    for (let length = 0; length < whole.length; length++) {
      const view = seen(Packet.from(whole.subarray(0, length)));
      const parsed = [view.ethernet, view.ipv4, view.udp, view.arp, view.icmp].filter((record) => record !== undefined);
      expect(parsed).toHaveLength(length < 14 ? 0 : length < 34 ? 1 : length < 42 ? 2 : 3);
    }
    const whole6 = datagram6(IPPROTO_TCP, new Uint8Array(20).fill(0x50)).copyBytes();
    for (let length = 0; length < whole6.length; length++) {
      const view = seen(Packet.from(whole6.subarray(0, length)));
      const parsed = [view.ethernet, view.ipv6, view.icmp6, view.udp, view.tcp].filter(
        (record) => record !== undefined,
      );
      expect(parsed).toHaveLength(length < 14 ? 0 : length < 54 ? 1 : 2);
    }
  });
});
