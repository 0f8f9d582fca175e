/** Ping sockets: echo requests for those who are not root. */
import {
  AF_INET,
  IP_RECVERR,
  IP_RECVTTL,
  IP_TTL,
  IPPROTO_ICMP,
  IPPROTO_IP,
  MSG_DONTWAIT,
  MSG_ERRQUEUE,
  SOCK_DGRAM,
  type Sys,
  World,
} from "netloom";
import { expect, test } from "vitest";

/** Runs a program of user 1000 on alice, who has bob for a neighbour, and a network behind him. */
async function run(program: (sys: Sys) => Promise<void> | void, range = "1000 1000"): Promise<void> {
  const world = new World({ console: () => {} });
  const [lan, far] = [world.segment("lan"), world.segment("far")];
  const [alice, bob, carol] = [world.host("alice"), world.host("bob"), world.host("carol")];
  alice.attach(lan, "10.0.0.1/24");
  bob.attach(lan, "10.0.0.2/24");
  bob.attach(far, "10.1.0.1/24");
  carol.attach(far, "10.1.0.2/24");
  bob.forwarding = true;
  world.autoroute();
  alice.sysctl("net.ipv4.ping_group_range", range);
  alice.spawn("program", program, { uid: 1000 });
  expect((await world.run()).crashes).toEqual([]);
}

const REQUEST = Uint8Array.of(8, 0, 99, 99, 77, 77, 0, 5, 1, 2, 3, 4);
const open = (sys: Sys): number => sys.socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);

test("a request has the socket's identifier and a right checksum; each socket hears its own replies", () =>
  run(async (sys) => {
    const [one, other] = [open(sys), open(sys)];
    expect(sys.getsockname(one)).toMatchObject({ address: "0.0.0.0", port: 0 });
    sys.setsockopt(one, IPPROTO_IP, IP_RECVTTL, 1);
    for (const fd of [one, other]) expect(await sys.sendto(fd, REQUEST, { address: "10.1.0.2", port: 7 })).toBe(12);
    for (const fd of [one, other]) {
      const reply = new Uint8Array(99);
      const { bytes, source, control } = await sys.recvmsg(fd, reply);
      expect([bytes, source]).toEqual([12, { family: AF_INET, address: "10.1.0.2", port: 0 }]);
      const { port = 0 } = sys.getsockname(fd);
      expect(port).toBeGreaterThan(0);
      expect([...reply.subarray(0, 2), ...reply.subarray(4, 12)]).toEqual([
        0,
        0,
        port >> 8,
        port & 255,
        0,
        5,
        1,
        2,
        3,
        4,
      ]);
      expect(control.map(({ type, value }) => [type, value])).toEqual(fd === one ? [[IP_TTL, 63]] : []);
      await expect(sys.recv(fd, reply, MSG_DONTWAIT)).rejects.toThrow("EAGAIN");
    }
  }));

test("an identifier is bound like a port, once", () =>
  run(async (sys) => {
    const [one, other] = [open(sys), open(sys)];
    sys.bind(one, { address: "10.0.0.1", port: 4321 });
    expect(sys.getsockname(one)).toMatchObject({ address: "10.0.0.1", port: 4321 });
    expect(() => sys.bind(one, { address: "10.0.0.1", port: 4322 })).toThrow("EINVAL");
    expect(() => sys.bind(other, { address: "0.0.0.0", port: 4321 })).toThrow("EADDRINUSE");
    expect(() => sys.bind(other, { address: "10.0.0.2", port: 1 })).toThrow("EADDRNOTAVAIL");
    sys.close(one);
    sys.bind(other, { address: "0.0.0.0", port: 4321 });
  }));

test("what is no echo request is EINVAL, and nobody to send to EDESTADDRREQ", () =>
  run(async (sys) => {
    const s = open(sys);
    const to = { address: "10.0.0.2", port: 0 };
    for (const bytes of [
      [8, 0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0],
      [8, 1, 0, 0, 0, 0, 0, 0],
    ]) {
      await expect(sys.sendto(s, Uint8Array.from(bytes), to)).rejects.toThrow("EINVAL");
    }
    await expect(sys.send(s, REQUEST)).rejects.toThrow("EDESTADDRREQ");
    await sys.connect(s, to);
    expect(await sys.send(s, REQUEST)).toBe(12);
    expect(await sys.recv(s, new Uint8Array(99))).toBe(12);
  }));

test("errors come to the socket that has asked", () =>
  run(async (sys) => {
    const [s, other] = [open(sys), open(sys)];
    sys.setsockopt(s, IPPROTO_IP, IP_RECVERR, 1);
    sys.setsockopt(s, IPPROTO_IP, IP_TTL, 1);
    sys.bind(other, { address: "0.0.0.0", port: 0 });
    await sys.sendto(s, REQUEST, { address: "10.1.0.2", port: 0 });
    await expect(sys.recv(s, new Uint8Array(9))).rejects.toThrow("EHOSTUNREACH");
    const quoted = new Uint8Array(99);
    const { bytes, control } = await sys.recvmsg(s, quoted, MSG_ERRQUEUE);
    expect([bytes, quoted[0], quoted[8]]).toEqual([12, 8, 1]);
    expect(control[0]?.value).toMatchObject({ ee_type: 11, ee_code: 0, offender: { address: "10.0.0.2" } });
    await expect(sys.recv(other, quoted, MSG_DONTWAIT)).rejects.toThrow("EAGAIN");
  }));

test.each(["1 0", "0 999", "1001 2000"])("net.ipv4.ping_group_range of %s leaves group 1000 out", (range) =>
  run((sys) => {
    expect(() => open(sys)).toThrow("EACCES");
  }, range),
);
