/** Each of the four tables takes a row from outside the package: a descriptor, a protocol, a device, a kind of program. */
import { AF_INET, POLLIN, POLLOUT, SOCK_DGRAM, type Sys, World } from "netloom";
import {
  type Device,
  type DeviceClient,
  Door,
  type FileOps,
  type Host,
  type Image,
  IpAddress,
  inetAddress,
  ipOutput,
  Packet,
  type Process,
  type Protocol,
  type SocketAddress,
  WaitQueue,
} from "netloom/kernel";
import { expect, test } from "vitest";

test("FileOps: a descriptor that counts how often it was read", async () => {
  class Odometer implements FileOps {
    readonly waiters = new WaitQueue();
    #count = 0;
    released = false;
    read(_task: unknown, into: Uint8Array): number {
      into[0] = ++this.#count;
      return 1;
    }
    write(): "EBADF" {
      return "EBADF";
    }
    poll(): number {
      return POLLIN;
    }
    release(): void {
      this.released = true;
    }
    describe() {
      return { type: "CHR", node: "odometer", name: "/dev/odometer" };
    }
  }
  const world = new World();
  const alice = world.host("alice");
  const odometer = new Odometer();
  const seen: number[] = [];
  const spawned = alice.spawn("driver", async (sys) => {
    const process = alice.kernel.processes.get(sys.getpid()) as Process;
    const fd = alice.kernel.install(process, odometer, 0) as number;
    const buffer = new Uint8Array(1);
    for (let i = 0; i < 3; i++) {
      await sys.read(fd, buffer);
      seen.push(buffer[0] as number);
    }
    expect(alice.lsof().find((row) => row.fd === fd)).toMatchObject({
      type: "CHR",
      name: "/dev/odometer",
      access: "r",
    });
  });
  expect((await world.run()).crashes).toEqual([]);
  expect([seen, odometer.released, spawned.status]).toEqual([[1, 2, 3], true, 0]);
});

test("Protocol: datagrams straight over IP, with a number of one's own", async () => {
  const EXPERIMENT = 253; // RFC 3692: for experiments and testing.
  /** One socket per host is enough for the test: what comes with the number goes to the last one opened. */
  const protocolFor = (host: Host): Protocol => ({
    domain: AF_INET,
    type: SOCK_DGRAM,
    protocol: EXPERIMENT,
    name: "experiment",
    attach(socket) {
      const { ip } = host.inet;
      ip.register(EXPERIMENT, (packet, arrival) => {
        packet.trimStart(arrival.headerLength);
        socket.deliver(packet, inetAddress(arrival.source, 0));
      });
      const nowhere: SocketAddress = inetAddress(IpAddress.v4(0), 0);
      return {
        bind: () => "EOPNOTSUPP",
        connect: () => "EOPNOTSUPP",
        send(_task, data, destination) {
          if (destination?.family !== AF_INET) return "EDESTADDRREQ";
          const path = ip.paths.to(destination.address);
          if (typeof path === "string") return path;
          const result = ipOutput(ip, Packet.from(data), path, path.source, EXPERIMENT);
          return result === 0 ? data.length : result;
        },
        localAddress: () => nowhere,
        remoteAddress: () => "ENOTCONN",
        detach: () => {},
      };
    },
  });
  const world = new World();
  const lan = world.segment("lan");
  const [alice, bob] = ["alice", "bob"].map((name, i) => {
    const host = world.host(name);
    host.attach(lan, `10.0.0.${i + 1}/24`);
    host.protocols.add(protocolFor(host));
    return host;
  }) as [Host, Host];
  const open = (sys: Sys) => sys.socket(AF_INET, SOCK_DGRAM, EXPERIMENT);
  let text = "";
  alice.spawn("receiver", async (sys) => {
    const buffer = new Uint8Array(100);
    const { bytes, source } = await sys.recvfrom(open(sys), buffer);
    text = `${new TextDecoder().decode(buffer.subarray(0, bytes))} from ${source.address}`;
  });
  bob.spawn("sender", async (sys) => {
    await sys.sendto(open(sys), "an experiment", { address: "10.0.0.1", port: 0 });
  });
  expect((await world.run()).crashes).toEqual([]);
  expect(text).toBe("an experiment from 10.0.0.2");
});

test("Device: a tin-can telephone, two ends joined by hand", async () => {
  class Can implements Device {
    readonly linkType = "raw-ip";
    readonly namePrefix = "can";
    readonly mtu = 1000;
    readonly queuePackets = 10;
    readonly linkName = "string";
    readonly ready = true;
    readonly #raise: (run: () => void) => void;
    other: Can | undefined;
    #client: DeviceClient | undefined;
    constructor(raise: (run: () => void) => void) {
      this.#raise = raise;
    }
    open(client: DeviceClient): void {
      this.#client = client;
    }
    transmit(packet: Packet): void {
      packet.release();
      this.#raise(() => this.other?.hear(packet));
    }
    hear(packet: Packet): void {
      this.#client?.receive(packet);
    }
  }
  const world = new World();
  const [alice, bob] = [world.host("alice"), world.host("bob")];
  const raise = (run: () => void) => alice.kernel.machine.scheduler.raise({ run });
  const [left, right] = [new Can(raise), new Can(raise)];
  left.other = right;
  right.other = left;
  expect(alice.attach(left, "10.0.0.1/30").name).toBe("can0");
  bob.attach(right, "10.0.0.2/30");
  let heard = 0;
  bob.spawn("listener", async (sys) => {
    const s = sys.socket(AF_INET, SOCK_DGRAM);
    sys.bind(s, { address: "10.0.0.2", port: 9 });
    heard = await sys.recv(s, new Uint8Array(100));
  });
  alice.spawn("speaker", async (sys) => {
    const s = sys.socket(AF_INET, SOCK_DGRAM);
    await sys.sendto(s, "hello", { address: "10.0.0.2", port: 9 });
    // Larger than the cans' MTU: it goes in two pieces.
    await sys.sendto(s, new Uint8Array(973), { address: "10.0.0.2", port: 9 });
  });
  expect((await world.run()).crashes).toEqual([]);
  expect(heard).toBe(5);
  expect(alice.netstat().counters.IpFragCreates).toBe(2);
});

test("ProgramRuntime: programs that are lists of lines to print", async () => {
  const printed: string[] = [];
  const stopped: number[] = [];
  const world = new World({ console: ({ text }) => printed.push(text) });
  world.runtimes.add({
    name: "lines",
    accepts: Array.isArray,
    start(image: Image, program, args) {
      const sys = new Door(image);
      void (async () => {
        for (const line of [...(program as string[]), ...args]) {
          await sys.write(1, line);
          await sys.sleep(1);
        }
        image.exit(3);
      })();
      return { stop: () => stopped.push(image.process.pid) };
    },
  });
  const alice = world.host("alice");
  const lines = alice.spawn("lines", ["one", "two"], { args: ["three"] });
  const killed = alice.spawn("killed", ["four", "five"]);
  alice.spawn("killer", async (sys) => {
    await sys.sleep(0.5);
    killed.kill();
  });
  expect((await world.run()).crashes).toEqual([]);
  expect(printed).toEqual(["one", "four", "two", "three"]);
  expect([lines.status >> 8, killed.status, stopped]).toEqual([3, 9, [killed.pid, lines.pid]]);
  expect(POLLOUT).toBe(4);
});
