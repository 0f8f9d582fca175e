/** The options that every socket has, and the way of the others, and of control messages, to the protocol. */
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  IPPROTO_ICMP,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  MSG_DONTWAIT,
  MSG_ERRQUEUE,
  SO_BINDTODEVICE,
  SO_DEBUG,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_MARK,
  SO_PRIORITY,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_RCVLOWAT,
  SO_REUSEPORT,
  SO_SNDBUF,
  SO_SNDBUFFORCE,
  SO_SNDLOWAT,
  SO_TIMESTAMP,
  SO_TIMESTAMPNS,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_STREAM,
  SOL_RAW,
  SOL_SOCKET,
} from "netloom";
import { type ControlMessage, NO_NAME, type OptionValue, type Protocol } from "netloom/kernel";
import { expect, test } from "vitest";
import { oneHost, runProgram } from "./support/world.ts";

const LEVEL = 250;
const NUMBER = 1;
const RECORD = 2;

/** Sends to itself, with its control messages; keeps one option of each kind. */
function echo(): Protocol {
  return {
    domain: AF_INET,
    type: SOCK_DGRAM,
    protocol: LEVEL,
    name: "echo",
    attach(socket) {
      const options = new Map<number, OptionValue>([
        [NUMBER, 0],
        [RECORD, { multiaddr: "224.0.0.1" }],
      ]);
      const errors: ControlMessage[] = [];
      return {
        bind: () => "EOPNOTSUPP",
        connect: () => "EOPNOTSUPP",
        send(_task, data, _destination, ancillary, flags) {
          errors.push(...(ancillary?.control ?? []), { level: LEVEL, type: 9, value: flags });
          return data.length;
        },
        receiveError() {
          if (errors.length === 0) return "EAGAIN";
          const ancillary = { credentials: null, rights: null, control: errors.splice(0) };
          return { bytes: 0, source: null, flags: MSG_ERRQUEUE, ancillary, isWhole: true };
        },
        getsockopt: (level, option) => (level === LEVEL ? options.get(option) : undefined) ?? "ENOPROTOOPT",
        setsockopt(_task, level, option, value) {
          if (level !== LEVEL || !options.has(option)) return "ENOPROTOOPT";
          if (typeof value !== typeof options.get(option)) return "EINVAL";
          options.set(option, value);
          return 0;
        },
        changing: (_task, option) => (option === SO_KEEPALIVE && socket.options.mark === 7 ? "EBUSY" : 0),
        localAddress: () => NO_NAME,
        remoteAddress: () => "ENOTCONN",
        detach: () => {},
      };
    },
  };
}

test("a protocol has options of its own, numbers and records, and takes and gives control messages", async () => {
  const { world, alice } = oneHost();
  alice.protocols.add(echo());
  alice.spawn("program", async (sys) => {
    const s = sys.socket(AF_INET, SOCK_DGRAM, LEVEL);
    sys.setsockopt(s, LEVEL, NUMBER, 5);
    expect(sys.getsockopt(s, LEVEL, NUMBER)).toBe(5);
    expect(sys.getsockopt(s, LEVEL, RECORD)).toEqual({ multiaddr: "224.0.0.1" });
    expect(() => sys.getsockopt(s, LEVEL, 3)).toThrow("ENOPROTOOPT");
    expect(() => sys.setsockopt(s, LEVEL, RECORD, 1)).toThrow("EINVAL");
    expect(() => sys.setsockopt(s, SOL_SOCKET, 9999, 1)).toThrow("ENOPROTOOPT");
    const control = [{ level: LEVEL, type: 8, value: { ifindex: 1 } }];
    await sys.sendmsg(s, { data: "x", control }, MSG_DONTWAIT);
    const message = await sys.recvmsg(s, new Uint8Array(1), MSG_ERRQUEUE);
    expect(message.control).toEqual([...control, { level: LEVEL, type: 9, value: MSG_DONTWAIT }]);
    expect(message.flags & MSG_ERRQUEUE).toBe(MSG_ERRQUEUE);
    await expect(sys.recvmsg(s, new Uint8Array(1), MSG_ERRQUEUE)).rejects.toThrow("EAGAIN");
    sys.setsockopt(s, SOL_SOCKET, SO_MARK, 7);
    expect(() => sys.setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, 1)).toThrow("EBUSY");
    expect(sys.getsockopt(s, SOL_SOCKET, SO_KEEPALIVE)).toBe(0);
  });
  expect((await world.run()).crashes).toEqual([]);
});

test("the options that every socket has", async () => {
  await runProgram((sys) => {
    const s = sys.socket(AF_INET, SOCK_DGRAM);
    const get = (option: number) => sys.getsockopt(s, SOL_SOCKET, option);
    for (const option of [SO_DEBUG, SO_KEEPALIVE, SO_REUSEPORT]) {
      expect(get(option)).toBe(0);
      sys.setsockopt(s, SOL_SOCKET, option, 77);
      expect(get(option)).toBe(1);
    }
    sys.setsockopt(s, SOL_SOCKET, SO_RCVLOWAT, 0);
    expect(get(SO_RCVLOWAT)).toBe(1);
    sys.setsockopt(s, SOL_SOCKET, SO_RCVLOWAT, -5);
    expect(get(SO_RCVLOWAT)).toBe(0x7fff_ffff);
    expect(get(SO_SNDLOWAT)).toBe(1);
    expect(() => sys.setsockopt(s, SOL_SOCKET, SO_SNDLOWAT, 2)).toThrow("ENOPROTOOPT");
    sys.setsockopt(s, SOL_SOCKET, SO_LINGER, { onoff: 5, linger: 3 });
    expect(sys.getsockopt(s, SOL_SOCKET, SO_LINGER)).toEqual({ onoff: 1, linger: 3 });
    expect(() => sys.setsockopt(s, SOL_SOCKET, SO_LINGER, 1 as never)).toThrow("EINVAL");
    sys.setsockopt(s, SOL_SOCKET, SO_BINDTODEVICE, "lo");
    expect(sys.getsockopt(s, SOL_SOCKET, SO_BINDTODEVICE)).toBe("lo");
    sys.setsockopt(s, SOL_SOCKET, SO_TIMESTAMP, 1);
    sys.setsockopt(s, SOL_SOCKET, SO_TIMESTAMPNS, 1);
    expect([get(SO_TIMESTAMP), get(SO_TIMESTAMPNS)]).toEqual([0, 1]);
    return 0;
  });
});

test("SO_SNDBUFFORCE and SO_RCVBUFFORCE know no limit but that of an int", async () => {
  await runProgram(async (sys) => {
    const s = sys.socket(AF_INET, SOCK_STREAM);
    for (const [option, plain, least] of [
      [SO_SNDBUFFORCE, SO_SNDBUF, 4608],
      [SO_RCVBUFFORCE, SO_RCVBUF, 2304],
    ] as const) {
      sys.setsockopt(s, SOL_SOCKET, option, 10_000_000);
      expect(sys.getsockopt(s, SOL_SOCKET, plain)).toBe(20_000_000);
      sys.setsockopt(s, SOL_SOCKET, option, -5);
      expect(sys.getsockopt(s, SOL_SOCKET, plain)).toBe(least);
      sys.setsockopt(s, SOL_SOCKET, option, 0x7fff_ffff);
      expect(sys.getsockopt(s, SOL_SOCKET, plain)).toBe(0x7fff_fffe);
      expect(() => sys.getsockopt(s, SOL_SOCKET, option)).toThrow("ENOPROTOOPT");
      expect(() => sys.setsockopt(s, SOL_SOCKET, option, 0.5)).toThrow("EINVAL");
    }
    // As large as that, it is a connection still.
    const address = { address: "127.0.0.1", port: 7 };
    const listener = sys.socket(AF_INET, SOCK_STREAM);
    sys.bind(listener, address);
    sys.listen(listener, 1);
    await sys.connect(s, address);
    const { fd } = await sys.accept(listener);
    await sys.send(fd, "hello");
    expect(await sys.recv(s, new Uint8Array(9))).toBe(5);
    return 0;
  });
});

test("a level that the socket does not have: EOPNOTSUPP to who asks it of IPv4, or anything of a Unix-domain socket", async () => {
  await runProgram((sys) => {
    const outcome = (call: () => unknown): unknown => {
      try {
        return call();
      } catch (error) {
        return (error as { code?: string }).code;
      }
    };
    const answers = (domain: number, type: number, level: number) => {
      const s = sys.socket(domain, type, type === SOCK_RAW ? IPPROTO_ICMP : 0);
      const result = [
        outcome(() => sys.getsockopt(s, level, 9999)),
        outcome(() => sys.setsockopt(s, level, 9999, 0)),
      ].join();
      sys.close(s);
      return result;
    };
    const both = "ENOPROTOOPT,ENOPROTOOPT";
    for (const type of [SOCK_STREAM, SOCK_DGRAM]) {
      const [own, other] = type === SOCK_STREAM ? [IPPROTO_TCP, IPPROTO_UDP] : [IPPROTO_UDP, IPPROTO_TCP];
      for (const level of [SOL_SOCKET, IPPROTO_IP, own]) expect(answers(AF_INET, type, level)).toBe(both);
      for (const level of [other, IPPROTO_IPV6, 999, -1]) {
        expect(answers(AF_INET, type, level)).toBe("EOPNOTSUPP,ENOPROTOOPT");
        expect(answers(AF_INET6, type, level)).toBe(both);
      }
      expect(answers(AF_UNIX, type, SOL_SOCKET)).toBe(both);
      for (const level of [IPPROTO_IP, IPPROTO_TCP, 999]) {
        expect(answers(AF_UNIX, type, level)).toBe("EOPNOTSUPP,EOPNOTSUPP");
      }
    }
    for (const [level, asked] of [
      [SOL_RAW, "ENOPROTOOPT"],
      [IPPROTO_IP, "ENOPROTOOPT"],
      [IPPROTO_TCP, "EOPNOTSUPP"],
    ] as const) {
      expect(answers(AF_INET, SOCK_RAW, level)).toBe(`${asked},ENOPROTOOPT`);
    }
    return 0;
  });
});

test("priorities above 6, marks another interface, buffers without limit and SO_DEBUG are for root", async () => {
  const { world, alice } = oneHost();
  alice.spawn(
    "program",
    (sys) => {
      const s = sys.socket(AF_UNIX, SOCK_STREAM);
      sys.setsockopt(s, SOL_SOCKET, SO_PRIORITY, 6);
      expect(() => sys.setsockopt(s, SOL_SOCKET, SO_PRIORITY, 7)).toThrow("EPERM");
      expect(() => sys.setsockopt(s, SOL_SOCKET, SO_MARK, 0)).toThrow("EPERM");
      expect(() => sys.setsockopt(s, SOL_SOCKET, SO_SNDBUFFORCE, 1)).toThrow("EPERM");
      expect(() => sys.setsockopt(s, SOL_SOCKET, SO_RCVBUFFORCE, 1)).toThrow("EPERM");
      expect(() => sys.setsockopt(s, SOL_SOCKET, SO_DEBUG, 1)).toThrow("EACCES");
      sys.setsockopt(s, SOL_SOCKET, SO_DEBUG, 0);
      sys.setsockopt(s, SOL_SOCKET, SO_BINDTODEVICE, "eth0");
      expect(() => sys.setsockopt(s, SOL_SOCKET, SO_BINDTODEVICE, "")).toThrow("EPERM");
      return 0;
    },
    { uid: 1000 },
  );
  expect((await world.run()).crashes).toEqual([]);
});
