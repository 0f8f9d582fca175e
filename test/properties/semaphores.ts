/** Semaphores and the event counter: they carry how often, and nothing else. */
import { GETVAL, IPC_CREAT, O_CREAT, O_NONBLOCK, SEM_VALUE_MAX, SETVAL, type Semaphore, type Sys } from "netloom";
import { type Channel, type End, errnoOf, type Finding, observe, type Role, type Scene } from "./channel.ts";

const KEY = 4711;
const NAME = "/channel";
const UNITS = 1500;
const UNIT = Uint8Array.of(1);

/** What a process has of a counter: one up, one down. */
interface Counter {
  up(): Promise<unknown>;
  down(): Promise<unknown>;
}

function counted(open: (sys: Sys) => Counter): Channel["open"] {
  return (scene: Scene, first: Role, second: Role) => {
    for (const [name, role] of [["first", first] as const, ["second", second] as const]) {
      const program = async (sys: Sys): Promise<void> => {
        const counter = open(sys);
        await sys.sleep(0.001);
        await role(counterEnd(sys, counter));
      };
      scene.first.spawn(name, program, { daemon: true });
    }
  };
}

function counterEnd(sys: Sys, counter: Counter): End {
  return {
    sys,
    send: () => counter.up(),
    receive: async () => {
      await counter.down();
      return UNIT;
    },
    trySend: async () => (await errnoOf(() => counter.up())) === "",
  };
}

/** Every unit is there for somebody who comes later. */
async function nothingLost(open: (sys: Sys) => Counter): Promise<Finding> {
  await observe(async (sys) => {
    sys.fork(async (child) => {
      const counter = open(child);
      for (let i = 0; i < UNITS; i++) await counter.up();
    });
    await sys.wait();
    const counter = open(sys);
    for (let i = 0; i < UNITS; i++) await counter.down();
  });
  return { value: "no" };
}

/** Two ups are the number two, in which nothing tells them apart. */
async function onlyCounts(open: (sys: Sys) => Counter, value: (sys: Sys) => number): Promise<Finding> {
  const count = await observe(async (sys) => {
    const counter = open(sys);
    await counter.up();
    await counter.up();
    return value(sys);
  });
  if (count !== 2) throw new Error(`two units are seen as ${count}`);
  return { value: "a count", detail: "it carries no data" };
}

const staysBehind = async (open: (sys: Sys) => Counter): Promise<Finding> => {
  await nothingLost(open);
  return { value: "none", detail: "units wait for whoever comes, the process that posted them may have ended" };
};

const named = (sys: Sys): Semaphore => sys.semOpen(NAME, O_CREAT, 0o600, 0);
const posix = (sys: Sys): Counter => {
  const semaphore = named(sys);
  return { up: async () => sys.semPost(semaphore), down: () => sys.semWait(semaphore) };
};

const posixSemaphore: Channel = {
  name: "posix-semaphore",
  title: "POSIX semaphore",
  group: "memory",
  manual: "sem_overview(7)",
  summary: "a number that is never below zero: who would take it there waits",
  drawing: `
  process                 /channel              process
  semOpen, semPost ── +1 ──▶ [ 3 ] ◀── −1 ── semOpen, semWait
                       waits while it is 0`,
  open: counted(posix),
  addressing: {
    text: "a name: /channel, or memory",
    make: async (sys) => named(sys),
    join: async (sys) => sys.semOpen(NAME, 0),
  },
  connection: () => staysBehind(posix),
  own: {
    boundaries: () => onlyCounts(posix, (sys) => sys.semGetvalue(named(sys))),
    capacity: async () => {
      const code = await observe(async (sys) => {
        const semaphore = sys.semOpen(NAME, O_CREAT, 0o600, SEM_VALUE_MAX);
        return errnoOf(() => sys.semPost(semaphore));
      });
      return { value: `${SEM_VALUE_MAX.toLocaleString("en-US")} units`, detail: `then ${code}` };
    },
    loss: () => nothingLost(posix),
    reordering: null,
    damage: null,
  },
  waitsToReceive: "its value is 0",
};

const sysvValueMax = 32_767;
const array = (sys: Sys): number => sys.semget(KEY, 1, IPC_CREAT | 0o600);
const sysv = (sys: Sys): Counter => {
  const id = array(sys);
  return { up: () => sys.semop(id, [{ num: 0, op: 1 }]), down: () => sys.semop(id, [{ num: 0, op: -1 }]) };
};

const sysvSemaphore: Channel = {
  name: "sysv-semaphore",
  title: "System V semaphores",
  group: "memory",
  manual: "sysvipc(7), semop(2)",
  summary: "numbers of which several change in one step or not at all; SEM_UNDO gives back at the end",
  drawing: `
  process                       key 4711                process
  semop([{0, +1}, {2, −1}]) ──▶ [ 3 | 0 | 1 ] ◀── semop([{1, −1}]): waits
                        all operations of a call, or none`,
  open: counted(sysv),
  addressing: {
    text: "a key, of ftok() or agreed",
    make: async (sys) => array(sys),
    join: async (sys) => sys.semget(KEY, 1, 0o600),
  },
  connection: () => staysBehind(sysv),
  own: {
    boundaries: () => onlyCounts(sysv, (sys) => sys.semctl(array(sys), 0, GETVAL)),
    capacity: async () => {
      const code = await observe(async (sys) => {
        sys.semctl(array(sys), 0, SETVAL, sysvValueMax);
        return errnoOf(() => sysv(sys).up());
      });
      return { value: `${sysvValueMax.toLocaleString("en-US")} units`, detail: `then ${code}` };
    },
    loss: () => nothingLost(sysv),
    reordering: null,
    damage: null,
  },
  waitsToReceive: "a value would go below 0",
  waits: [
    {
      call: "semop",
      when: "it asks for 0 and the value is not",
      scene: ({ first }) => {
        const asksForZero = async (sys: Sys): Promise<void> => {
          await sysv(sys).up();
          await sys.semop(array(sys), [{ num: 0, op: 0 }]);
        };
        first.spawn("process", asksForZero, { daemon: true });
      },
    },
  ],
};

const eightBytes = (value: bigint): Uint8Array => new Uint8Array(BigUint64Array.of(value).buffer);

async function sum(sys: Sys, fd: number): Promise<bigint> {
  const buffer = new BigUint64Array(1);
  await sys.read(fd, new Uint8Array(buffer.buffer));
  return buffer[0] as bigint;
}

const COUNT_MAX = 2n ** 64n - 2n;

const eventCounter: Channel = {
  name: "eventfd",
  title: "Event counter (eventfd)",
  group: "signals",
  manual: "eventfd(2)",
  summary: "a number behind a descriptor: writing adds to it, reading takes it all; poll and epoll watch it",
  drawing: `
  process        kernel        process
  write(fd, 3) ──▶ [ 3 ]
  write(fd, 4) ──▶ [ 7 ] ──▶ read(fd): 7
                   [ 0 ]     read(fd): waits`,
  open(scene, first, second) {
    const end = (sys: Sys, fd: number): End =>
      counterEnd(sys, { up: () => sys.write(fd, eightBytes(1n)), down: () => sum(sys, fd) });
    const parent = async (sys: Sys): Promise<void> => {
      const fd = sys.eventfd();
      sys.fork((child) => second(end(child, fd)));
      await first(end(sys, fd));
    };
    scene.first.spawn("first", parent, { daemon: true });
  },
  addressing: { text: "none: descriptors" },
  connection: async () => ({ value: "connected from the start", detail: "one descriptor, which both have" }),
  own: {
    boundaries: async () => {
      const total = await observe(async (sys) => {
        const fd = sys.eventfd();
        for (const value of [3n, 4n]) await sys.write(fd, eightBytes(value));
        return sum(sys, fd);
      });
      if (total !== 7n) throw new Error(`3 and 4 were read as ${total}`);
      return { value: "a count", detail: "3 and 4 are read as 7" };
    },
    capacity: async () => {
      const code = await observe(async (sys) => {
        const fd = sys.eventfd(0, O_NONBLOCK);
        await sys.write(fd, eightBytes(COUNT_MAX));
        return errnoOf(() => sys.write(fd, eightBytes(1n)));
      });
      return { value: "2⁶⁴ − 2 units", detail: `then ${code} or a wait` };
    },
    loss: async () => {
      const total = await observe(async (sys) => {
        const fd = sys.eventfd();
        sys.fork(async (child) => {
          for (let i = 0; i < UNITS; i++) await child.write(fd, eightBytes(1n));
        });
        await sys.wait();
        return sum(sys, fd);
      });
      if (total !== BigInt(UNITS)) throw new Error(`of ${UNITS} units ${total} came`);
      return { value: "no" };
    },
    reordering: null,
    damage: null,
  },
  waitsToReceive: "it is 0",
  waits: [
    {
      call: "write",
      when: "the sum would not fit",
      scene: ({ first }) => {
        const overflows = async (sys: Sys): Promise<void> => {
          const fd = sys.eventfd();
          await sys.write(fd, eightBytes(COUNT_MAX));
          await sys.write(fd, eightBytes(1n));
        };
        first.spawn("process", overflows, { daemon: true });
      },
    },
  ],
};

export const semaphores: readonly Channel[] = [posixSemaphore, sysvSemaphore, eventCounter];
