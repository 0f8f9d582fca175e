import { describe, expect, test } from "vitest";
import { POLLERR, POLLIN } from "../../abi/poll.ts";
import { TestWorld } from "../../netif/netif.fixture.ts";
import { type InetAddress, inetAddress } from "../../socket/address.ts";
import { ANY_V6 } from "../../wire/ip-address.ts";
import { at, ROOT, TestHost, USER, WiredHost } from "../inet.fixture.ts";

describe("bind", () => {
  test("the errors, in Linux's order", () => {
    const host = new WiredHost();
    const socket = host.socket();
    expect(socket.socket.requests.bind(ROOT, inetAddress(ANY_V6, 7))).toBe("EAFNOSUPPORT");
    expect(socket.bind("10.0.0.2:7", USER)).toBe("EADDRNOTAVAIL");
    expect(socket.bind("0.0.0.0:1023", USER)).toBe("EACCES");
    expect(socket.bind("0.0.0.0:1024", USER)).toBe(0);
    expect(socket.bind("0.0.0.0:1025")).toBe("EINVAL");
    expect(host.socket().bind("0.0.0.0:1024")).toBe("EADDRINUSE");
  });

  test("root may have the low ports, everybody port 0", () => {
    const host = new WiredHost();
    expect(host.socket().bind("0.0.0.0:7", ROOT)).toBe(0);
    expect(host.socket().bind("0.0.0.0:0", USER)).toBe(0);
  });

  test("the loopback's whole network and broadcast addresses can be bound", () => {
    const host = new WiredHost();
    expect(["127.9.9.9:7", "10.0.0.255:7", "255.255.255.255:7"].map((text) => host.socket().bind(text))).toEqual([
      0, 0, 0,
    ]);
  });

  const WHO_SHARES: readonly [string, string, boolean, boolean, 0 | "EADDRINUSE"][] = [
    ["0.0.0.0", "0.0.0.0", false, false, "EADDRINUSE"],
    ["0.0.0.0", "10.0.0.1", false, false, "EADDRINUSE"],
    ["10.0.0.1", "0.0.0.0", false, false, "EADDRINUSE"],
    ["10.0.0.1", "10.0.0.1", false, false, "EADDRINUSE"],
    ["10.0.0.1", "127.0.0.1", false, false, 0],
    ["0.0.0.0", "10.0.0.1", true, false, "EADDRINUSE"],
    ["0.0.0.0", "10.0.0.1", false, true, "EADDRINUSE"],
    ["0.0.0.0", "10.0.0.1", true, true, 0],
    ["10.0.0.1", "10.0.0.1", true, true, 0],
  ];
  test.each(WHO_SHARES)("%s then %s with SO_REUSEADDR %s, %s: %s", (first, second, reuseFirst, reuseSecond, answer) => {
    const host = new WiredHost();
    const [one, two] = [host.socket(), host.socket()];
    one.socket.reuseAddress = reuseFirst;
    two.socket.reuseAddress = reuseSecond;
    expect(one.bind(`${first}:7`)).toBe(0);
    expect(two.bind(`${second}:7`)).toBe(answer);
  });

  test("a port is free again when its socket is closed", () => {
    const host = new WiredHost();
    const socket = host.socket();
    socket.bind("0.0.0.0:7");
    socket.close();
    expect(host.socket().bind("0.0.0.0:7")).toBe(0);
  });
});

describe("ephemeral ports", () => {
  test("lie between 32768 and 60999, differ, and repeat with the seed", () => {
    const choose = (): number[] => {
      const host = new WiredHost();
      return Array.from({ length: 200 }, () => {
        const socket = host.socket();
        socket.bind("0.0.0.0:0");
        return Number(socket.local.split(":")[1]);
      });
    };
    const ports = choose();
    expect(new Set(ports).size).toBe(200);
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(32_768);
    expect(Math.max(...ports)).toBeLessThanOrEqual(60_999);
    expect(choose()).toEqual(ports);
  });

  test("run out: EADDRINUSE for bind, EAGAIN for whoever only wants to send", () => {
    const host = new TestHost(new TestWorld(), "a");
    const count = 60_999 - 32_768 + 1;
    // Filled by number, as choosing at random among ever fewer would take long.
    for (let index = 0; index < count; index++) host.socket().bind(`0.0.0.0:${32_768 + index}`);
    expect(host.socket().bind("0.0.0.0:0")).toBe("EADDRINUSE");
    expect(host.socket().send("x", "127.0.0.1:7")).toBe("EAGAIN");
    expect(host.socket().connect("127.0.0.1:7")).toBe("EAGAIN");
    expect(host.socket().bind("0.0.0.0:31000")).toBe(0);
  });
});

describe("connect", () => {
  test("fixes the peer, and the address to send from", () => {
    const host = new WiredHost();
    const socket = host.socket();
    expect(socket.socket.requests.remoteAddress()).toBe("ENOTCONN");
    expect(socket.local).toBe("0.0.0.0:0");
    expect(socket.connect("10.0.0.2:9")).toBe(0);
    expect(socket.local).toMatch(/^10\.0\.0\.1:\d{5}$/);
    expect(socket.socket.requests.remoteAddress()).toEqual(at("10.0.0.2:9"));
    expect(socket.send("x")).toBe(1);
    expect(host.sent()).toEqual([`IP ${socket.local.replace(":", ".")} > 10.0.0.2.9: UDP, length 1`]);
  });

  test("the errors", () => {
    const host = new WiredHost();
    const socket = host.socket();
    expect(socket.socket.requests.connect(ROOT, inetAddress(ANY_V6, 7))).toBe("EAFNOSUPPORT");
    expect(socket.connect("192.0.2.1:7")).toBe("ENETUNREACH");
    expect(socket.connect("10.0.0.255:7")).toBe("EACCES");
    socket.socket.broadcast = true;
    expect(socket.connect("10.0.0.255:7")).toBe(0);
    expect(host.count("IpOutNoRoutes")).toBe(1);
  });

  test("may be done again, with another peer", () => {
    const host = new WiredHost();
    const socket = host.socket();
    socket.connect("10.0.0.2:9");
    const before = socket.local;
    socket.connect("10.0.0.2:10");
    expect(socket.local).toBe(before);
    socket.send("x");
    expect(host.sent()[0]).toContain("> 10.0.0.2.10:");
  });

  test("a connected socket may still send elsewhere", () => {
    const host = new WiredHost();
    const socket = host.socket();
    socket.connect("10.0.0.2:9");
    expect(socket.send("x", "10.0.0.2:10")).toBe(1);
    expect(host.sent()[0]).toContain("> 10.0.0.2.10:");
  });
});

describe("send", () => {
  test("the errors", () => {
    const host = new WiredHost();
    const socket = host.socket();
    expect(socket.send(new Uint8Array(65_536))).toBe("EMSGSIZE");
    expect(socket.send(new Uint8Array(65_508))).toBe("EDESTADDRREQ");
    expect(socket.send(new Uint8Array(65_508), "10.0.0.1:7")).toBe("EMSGSIZE");
    expect(socket.send("x")).toBe("EDESTADDRREQ");
    expect(socket.socket.send(ROOT, new Uint8Array(1), inetAddress(ANY_V6, 7))).toBe("EAFNOSUPPORT");
    expect(socket.send("x", "10.0.0.2:0")).toBe("EINVAL");
    expect(socket.send("x", "192.0.2.1:7")).toBe("ENETUNREACH");
    expect(socket.send("x", "224.0.0.1:7")).toBe("ENETUNREACH");
    expect(socket.send("x", "10.0.0.255:7")).toBe("EACCES");
    expect(host.sent()).toEqual([]);
  });

  test("binds a socket that is not, to a wildcard", () => {
    const host = new WiredHost();
    const socket = host.socket();
    socket.send("x", "10.0.0.2:7");
    expect(socket.local).toMatch(/^0\.0\.0\.0:\d{5}$/);
  });

  test("binds a socket even when nothing is sent in the end", () => {
    const host = new WiredHost();
    const socket = host.socket();
    expect(socket.send("x")).toBe("EDESTADDRREQ");
    expect(socket.local).toMatch(/^0\.0\.0\.0:\d{5}$/);
    expect(socket.bind("10.0.0.1:7")).toBe("EINVAL");
  });

  test("tells of a pending error only when nothing else speaks against sending", () => {
    const host = new WiredHost();
    const socket = host.socket();
    socket.connect("10.0.0.2:9");
    socket.socket.fail("ECONNREFUSED");
    expect(socket.send(new Uint8Array(65_508))).toBe("EMSGSIZE");
    expect(socket.send("x", "10.0.0.2:0")).toBe("EINVAL");
    expect(socket.socket.poll() & (POLLIN | POLLERR)).toBe(POLLERR);
    expect(socket.send("x")).toBe("ECONNREFUSED");
    expect(socket.send("x")).toBe(1);
  });

  test("reading nothing takes no message and doesn't wait for one", () => {
    const { socket } = new WiredHost().socket();
    expect(socket.read(ROOT, new Uint8Array(0))).toBe(0);
    expect(socket.read(ROOT, new Uint8Array(1))).toBe("EAGAIN");
  });

  test("to 0.0.0.0 means this host, by the address that the socket has", () => {
    const host = new WiredHost();
    const socket = host.socket();
    socket.bind("127.0.0.2:7");
    expect(socket.connect("0.0.0.0:9")).toBe(0);
    expect(socket.socket.requests.remoteAddress()).toMatchObject({ port: 9 });
    expect(String((socket.socket.requests.remoteAddress() as InetAddress).address)).toBe("127.0.0.2");
  });

  test("a peer with port 0 may be sent to, and is none for getpeername", () => {
    const host = new WiredHost();
    const socket = host.socket();
    expect(socket.connect("10.0.0.2:0")).toBe(0);
    expect(socket.send("x")).toBe(1);
    expect(socket.socket.requests.remoteAddress()).toBe("ENOTCONN");
  });

  test("a socket bound to the loopback reaches nobody else: EINVAL", () => {
    const host = new WiredHost();
    const socket = host.socket();
    socket.bind("127.0.0.1:7");
    expect(socket.send("x", "10.0.0.2:7")).toBe("EINVAL");
    expect(socket.connect("10.0.0.2:7")).toBe("EINVAL");
    expect(socket.send("x", "10.0.0.1:7")).toBe(1);
    expect(socket.connect("10.0.0.1:7")).toBe(0);
  });

  test("a socket bound to a broadcast address sends from an address of its own", () => {
    const host = new WiredHost();
    const socket = host.socket();
    socket.bind("10.0.0.255:7");
    socket.send("x", "10.0.0.2:7");
    expect(host.sent()).toEqual(["IP 10.0.0.1.7 > 10.0.0.2.7: UDP, length 1"]);
  });

  test("loopback's broadcast address takes SO_BROADCAST, and each socket that listens for it hears it once", () => {
    const host = new WiredHost();
    const [sender, every, broadcast, one] = [host.socket(), host.socket(), host.socket(), host.socket()];
    for (const { socket } of [every, broadcast, one]) socket.reuseAddress = true;
    expect([every.bind("0.0.0.0:7"), broadcast.bind("127.255.255.255:7"), one.bind("127.0.0.1:7")]).toEqual([0, 0, 0]);
    expect(sender.send("x", "127.255.255.255:7")).toBe("EACCES");
    sender.socket.broadcast = true;
    expect(sender.send("x", "127.255.255.255:7")).toBe(1);
    host.world.run();
    const from = `127.0.0.1:${sender.local.split(":")[1]} x`;
    const heard = [every, broadcast, one].map((socket) => [socket.receive(), socket.receive()]);
    expect(heard).toEqual([
      [from, "EAGAIN"],
      [from, "EAGAIN"],
      ["EAGAIN", "EAGAIN"],
    ]);
  });

  test("EAGAIN while the buffer is full of what has not left the interface", () => {
    const host = new WiredHost();
    host.device.ready = false;
    host.device.queuePackets = 10_000;
    const socket = host.socket();
    let sent = 0;
    while (socket.send(new Uint8Array(1000), "10.0.0.2:7") === 1000) sent++;
    expect(socket.send(new Uint8Array(1), "10.0.0.2:7")).toBe("EAGAIN");
    expect(sent).toBeGreaterThan(100);
    host.device.done();
    expect(host.device.sent).toHaveLength(sent);
    expect(socket.send(new Uint8Array(1), "10.0.0.2:7")).toBe(1);
    expect(socket.socket.sendQueueBytes).toBe(0);
  });
});

test("a snapshot is what `ss -u` shows", () => {
  const host = new WiredHost();
  const [server, client] = [host.socket(), host.socket()];
  server.bind("0.0.0.0:7");
  client.bind("10.0.0.1:5000");
  client.connect("10.0.0.1:7");
  client.send("hello");
  host.world.run();
  expect(host.inet.udp.snapshot()).toMatchObject([
    {
      protocol: "udp",
      localAddress: "0.0.0.0",
      localPort: 7,
      remoteAddress: null,
      remotePort: null,
      state: "",
      inode: 1,
      uid: 0,
    },
    {
      localAddress: "10.0.0.1",
      localPort: 5000,
      remoteAddress: "10.0.0.1",
      remotePort: 7,
      state: "ESTABLISHED",
      inode: 2,
      uid: 0,
    },
  ]);
  expect(host.inet.udp.snapshot()[0]?.receiveQueueBytes).toBe(server.socket.receiveQueueBytes);
  client.close();
  expect(host.inet.udp.snapshot()).toHaveLength(1);
});
