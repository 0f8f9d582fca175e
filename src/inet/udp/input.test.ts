import { describe, expect, test } from "vitest";
import { BROADCAST } from "../../wire/mac-address.ts";
import type { Packet } from "../../wire/packet.ts";
import { at, datagram, type TestSocket, udpBytes, udpDatagram, WiredHost } from "../inet.fixture.ts";

/** A socket for each of the addresses, with the reuse that lets them stand side by side. */
function bound(host: WiredHost, ...addresses: string[]): TestSocket[] {
  return addresses.map((address) => {
    const socket = host.socket();
    socket.socket.reuseAddress = true;
    expect(socket.bind(address)).toBe(0);
    return socket;
  });
}

describe("whose datagram it is", () => {
  test("the connected socket's, then that of the address, then that of the port", () => {
    const host = new WiredHost();
    const [wild, exact, connected] = bound(host, "0.0.0.0:7", "10.0.0.1:7", "0.0.0.0:7") as [
      TestSocket,
      TestSocket,
      TestSocket,
    ];
    connected.connect("10.0.0.2:9");
    const taker = (): string | undefined => {
      host.arrives(udpDatagram("10.0.0.2:9", "10.0.0.1:7", "x"));
      const takers = { wild, exact, connected };
      return Object.entries(takers).find(([, socket]) => socket.receive() !== "EAGAIN")?.[0];
    };
    expect(taker()).toBe("connected");
    connected.close();
    expect(taker()).toBe("exact");
    exact.close();
    expect(taker()).toBe("wild");
    wild.close();
    expect(taker()).toBeUndefined();
    expect(host.count("UdpNoPorts")).toBe(1);
  });

  test("a connected socket hears its peer alone", () => {
    const host = new WiredHost();
    const [socket] = bound(host, "10.0.0.1:7") as [TestSocket];
    socket.connect("10.0.0.2:9");
    host.arrives(udpDatagram("10.0.0.2:10", "10.0.0.1:7", "other port"));
    host.arrives(udpDatagram("10.0.0.3:9", "10.0.0.1:7", "other host"));
    host.arrives(udpDatagram("10.0.0.2:9", "10.0.0.1:7", "peer"));
    expect(socket.receive()).toBe("10.0.0.2:9 peer");
    expect(socket.receive()).toBe("EAGAIN");
    expect(host.count("UdpNoPorts")).toBe(2);
  });

  test("of two that are bound alike, the later one's", () => {
    const host = new WiredHost();
    const [first, second] = bound(host, "0.0.0.0:7", "0.0.0.0:7") as [TestSocket, TestSocket];
    host.arrives(udpDatagram("10.0.0.2:9", "10.0.0.1:7", "x"));
    expect([first.receive(), second.receive()]).toEqual(["EAGAIN", "10.0.0.2:9 x"]);
  });
});

describe("a broadcast", () => {
  test("goes to each socket whose address and peer admit it", () => {
    const host = new WiredHost();
    const addresses = ["0.0.0.0:7", "0.0.0.0:7", "10.0.0.1:7", "10.0.0.255:7", "0.0.0.0:7", "0.0.0.0:8"];
    const sockets = bound(host, ...addresses);
    sockets[4]?.connect("10.0.0.9:9");
    host.arrives(udpDatagram("10.0.0.2:9", "10.0.0.255:7", "x"), BROADCAST);
    const got = sockets.map((socket) => socket.receive() !== "EAGAIN");
    expect(got).toEqual([true, true, false, true, false, false]);
    expect(host.count("UdpInDatagrams")).toBe(3);
  });

  test("that nobody wants is counted, and nobody is told", () => {
    const host = new WiredHost();
    host.arrives(udpDatagram("10.0.0.2:9", "10.0.0.255:7", "x"), BROADCAST);
    expect(host.sent()).toEqual([]);
    expect(host.machine.counters.snapshot()).toEqual({ IpInDelivers: 1, IpInReceives: 1, UdpIgnoredMulti: 1 });
  });
});

describe("H36: checksums are really verified", () => {
  const damaged = (change: (packet: Packet) => void): Record<string, number> => {
    const host = new WiredHost();
    const [socket] = bound(host, "0.0.0.0:7") as [TestSocket];
    const packet = udpDatagram("10.0.0.2:9", "10.0.0.1:7", "hello");
    change(packet);
    host.arrives(packet);
    return { received: socket.receive() === "EAGAIN" ? 0 : 1, ...host.machine.counters.snapshot() };
  };
  const WRONG = { received: 0, UdpInCsumErrors: 1, UdpInErrors: 1 };

  test("a sound datagram, for comparison", () => {
    expect(damaged(() => {})).toMatchObject({ received: 1, UdpInDatagrams: 1 });
  });

  test("a flipped bit of the data", () => {
    expect(damaged(({ view, start }) => view.setUint8(start + 30, view.getUint8(start + 30) ^ 4))).toMatchObject(WRONG);
  });

  test("a flipped bit of a port", () => {
    expect(damaged(({ view, start }) => view.setUint8(start + 20, 1))).toMatchObject(WRONG);
  });

  test("the pseudo-header: sound in itself, but for another address", () => {
    const host = new WiredHost();
    host.inet.addAddress(host.eth0, "10.0.0.77/24");
    const [socket] = bound(host, "0.0.0.0:7") as [TestSocket];
    const forAnother = udpBytes(at("10.0.0.2:9"), at("10.0.0.77:7"), "hello");
    host.arrives(datagram({ from: "10.0.0.2", to: "10.0.0.1" }, forAnother));
    expect(socket.receive()).toBe("EAGAIN");
    expect(host.count("UdpInCsumErrors")).toBe(1);
  });

  test("also of data that travel apart from their headers", () => {
    const host = new WiredHost();
    const [socket] = bound(host, "0.0.0.0:7") as [TestSocket];
    const sound = udpDatagram("127.0.0.1:9", "127.0.0.1:7", "x".repeat(3000));
    const wrong = udpDatagram("127.0.0.1:9", "127.0.0.1:7", "x".repeat(3000));
    expect(wrong.tail).not.toBeNull();
    wrong.tail?.fill(0x79, -1);
    for (const packet of [sound, wrong]) host.lo.device.transmit(packet);
    host.world.run();
    expect(socket.receive()).toHaveLength("127.0.0.1:9 ".length + 3000);
    expect(socket.receive()).toBe("EAGAIN");
    expect(host.count("UdpInCsumErrors")).toBe(1);
  });

  test("zero means that the sender made none", () => {
    expect(damaged(({ view, start }) => view.setUint16(start + 26, 0))).toMatchObject({ received: 1 });
  });

  test("a checksum left for later is completed by whoever lets the datagram out, and is right", () => {
    const [here, there] = [new WiredHost(), new WiredHost()];
    const [socket] = bound(there, "0.0.0.0:7") as [TestSocket];
    there.inet.ip.addresses.add(there.eth0, { address: at("10.0.0.2:0").address, prefixLength: 24 });
    there.inet.ip.addresses.delete(there.eth0, at("10.0.0.1:0").address);
    for (const size of [0, 1, 1400]) {
      here.socket().send("x".repeat(size), "10.0.0.2:7");
      const packet = here.device.sent.shift() as Packet;
      packet.trimStart(14);
      there.arrives(packet);
      expect(socket.receive()).toContain("x".repeat(size));
    }
    expect(there.count("UdpInErrors")).toBe(0);
  });
});

describe("lengths", () => {
  const taken = (udpLength: number, payload: number = 5): string => {
    const host = new WiredHost();
    const [socket] = bound(host, "0.0.0.0:7") as [TestSocket];
    const bytes = udpBytes(at("10.0.0.2:9"), at("10.0.0.1:7"), "hello");
    const view = new DataView(bytes.buffer);
    view.setUint16(4, udpLength);
    view.setUint16(6, 0);
    host.arrives(datagram({ from: "10.0.0.2", to: "10.0.0.1" }, bytes.subarray(0, 8 + payload)));
    return `${socket.receive()} ${host.count("UdpInErrors")}`;
  };

  test("the header's length counts: less than the packet's is cut, more or less than a header is refused", () => {
    expect(taken(13)).toBe("10.0.0.2:9 hello 0");
    expect(taken(10)).toBe("10.0.0.2:9 he 0");
    expect(taken(8)).toBe("10.0.0.2:9  0");
    expect(taken(7)).toBe("EAGAIN 1");
    expect(taken(14)).toBe("EAGAIN 1");
    expect(taken(8, -1)).toBe("EAGAIN 1");
  });
});

test("a full receive buffer: the datagram is dropped and counted three times over, as on Linux", () => {
  const host = new WiredHost();
  const [socket] = bound(host, "0.0.0.0:7") as [TestSocket];
  socket.socket.receiveLimitBytes = 0;
  for (const text of ["first", "second", "third"]) host.arrives(udpDatagram("10.0.0.2:9", "10.0.0.1:7", text));
  expect(socket.receive()).toBe("10.0.0.2:9 first");
  expect(socket.receive()).toBe("EAGAIN");
  expect(host.machine.counters.snapshot()).toMatchObject({ UdpInDatagrams: 1, UdpInErrors: 2, UdpRcvbufErrors: 2 });
  expect(host.inet.udp.snapshot()[0]?.drops).toBe(2);
});

test("the source is made once for a run of datagrams from one peer", () => {
  const host = new WiredHost();
  const [socket] = bound(host, "0.0.0.0:7") as [TestSocket];
  const sources = ["10.0.0.2:9", "10.0.0.2:9", "10.0.0.2:10", "10.0.0.3:10"].map((from) => {
    host.arrives(udpDatagram(from, "10.0.0.1:7", "x"));
    const received = socket.socket.receive(new Uint8Array(9), 0);
    return typeof received === "string" ? null : received.source;
  });
  expect(sources).toEqual([at("10.0.0.2:9"), at("10.0.0.2:9"), at("10.0.0.2:10"), at("10.0.0.3:10")]);
  expect(sources[0]).toBe(sources[1]);
});
