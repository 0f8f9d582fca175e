/** What other stacks got wrong, as far as it concerns IPv4 and UDP, by its number. H37 is in ip4/reassembly.test.ts. */
import { describe, expect, test } from "vitest";
import { NS_PER_SECOND } from "../netif/netif.fixture.ts";
import * as udp from "../wire/udp.ts";
import { at, datagram, udpBytes, udpDatagram, WiredHost } from "./inet.fixture.ts";

describe("H36: checksums are really verified on receive", () => {
  const listening = () => {
    const host = new WiredHost();
    const socket = host.socket();
    socket.bind("0.0.0.0:7");
    return { host, socket };
  };
  const bytes = () => udpBytes(at("10.0.0.2:9"), at("10.0.0.1:7"), "hello");
  const ends = { from: "10.0.0.2", to: "10.0.0.1" };

  test("any flipped bit of a datagram, and of its pseudo-header, is found", () => {
    const { host, socket } = listening();
    for (let bit = 8 * 6; bit < 8 * bytes().length; bit++) {
      const damaged = bytes();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      host.arrives(datagram(ends, damaged));
    }
    host.arrives(datagram({ from: "10.0.0.3", to: "10.0.0.1" }, bytes()));
    expect(socket.receive()).toBe("EAGAIN");
    expect(host.count("UdpInCsumErrors")).toBe(8 * (bytes().length - 6) + 1);
  });

  test("zero means that the sender computed none", () => {
    const { host, socket } = listening();
    const unsummed = bytes();
    new DataView(unsummed.buffer).setUint16(udp.CHECKSUM, 0);
    host.arrives(datagram(ends, unsummed));
    expect(socket.receive()).toBe("10.0.0.2:9 hello");
  });

  test("a header whose own checksum is wrong is dropped", () => {
    const { host, socket } = listening();
    const packet = udpDatagram("10.0.0.2:9", "10.0.0.1:7", "hello");
    packet.view.setUint8(packet.start + 8, 63);
    host.arrives(packet);
    expect([socket.receive(), host.count("IpExtInCsumErrors")]).toEqual(["EAGAIN", 1]);
  });
});

describe("H38: neighbour resolution", () => {
  const asks = (host: WiredHost) => host.sent().filter((line) => line.startsWith("ARP, Request"));

  test("queues the packet that triggered it", () => {
    const host = new WiredHost();
    host.socket().send("first", "10.0.0.5:7");
    expect(host.sent()).toEqual(["ARP, Request who-has 10.0.0.5 tell 10.0.0.1, length 28"]);
    host.learn(host.eth0, "10.0.0.5", 0x02_00_00_00_00_05);
    expect(host.sent()).toEqual([expect.stringMatching(/ > 10\.0\.0\.5\.7: UDP, length 5$/)]);
  });

  test("asks once a second, three times, however many packets wait", () => {
    const host = new WiredHost();
    const socket = host.socket();
    const counts = [0, 1, 2, 3].map(() => {
      for (let count = 0; count < 20; count++) socket.send("x", "10.0.0.5:7");
      const asked = asks(host).length;
      host.world.run(NS_PER_SECOND);
      return asked;
    });
    // What is sent after it has failed begins anew.
    expect(counts).toEqual([1, 1, 1, 1]);
  });

  test("never resolves a broadcast or a group", () => {
    const host = new WiredHost();
    const socket = host.socket();
    socket.socket.broadcast = true;
    for (const to of ["10.0.0.255:7", "255.255.255.255:7", "239.1.2.3:7"]) socket.send("x", to);
    host.world.run(5 * NS_PER_SECOND);
    expect(asks(host)).toEqual([]);
  });

  test("progress confirms an entry, which then is not asked for", () => {
    const host = new WiredHost();
    const socket = host.socket();
    for (let second = 0; second < 100; second += 4) {
      socket.send("x", "10.0.0.2:7");
      host.netif.neighbours.confirm(host.eth0, at("10.0.0.2:7").address);
      host.world.run(4 * NS_PER_SECOND);
    }
    expect(asks(host)).toEqual([]);
  });
});
