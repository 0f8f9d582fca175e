/**
 * Memory and files that several processes have in common: nothing is sent, so the experiments are about what the others see.
 */
import {
  F_SETLKW,
  F_WRLCK,
  IPC_CREAT,
  LOCK_EX,
  LOCK_UN,
  MAP_SHARED,
  O_CREAT,
  O_RDWR,
  PROT_READ,
  PROT_WRITE,
  SIGBUS,
  SIGSEGV,
  type Sys,
  WTERMSIG,
} from "netloom";
import { type Channel, type Finding, play, scene, observe as watch } from "./channel.ts";
import { SETTLED } from "./experiments.ts";
import { waitingCalls, waitsOf, whoMay } from "./parties.ts";
import type { Study } from "./study.ts";

/** Something with bytes at offsets, as one process has it. */
interface Store {
  read(offset: number, count: number): Uint8Array;
  write(offset: number, data: Uint8Array): void;
  /** Keeps others out until what it answers is called. */
  lock(): Promise<() => void>;
}

interface Memory extends Pick<Study, "name" | "title" | "group" | "manual" | "summary" | "drawing"> {
  readonly addressing: Channel["addressing"];
  /** Makes it, or finds it. */
  attach(sys: Sys, size?: number): Promise<Store>;
  /** What keeps others out. */
  readonly guard: string;
  /** What comes of an access beyond its end. */
  beyond(): Promise<string>;
  readonly waits: Channel["waits"];
}

const KEY = 4711;
const PATH = "/tmp/channel";
const SIZE = 4096;
const UPDATES = 50;

/** Lets two processes act, each on the store as it has attached it. */
async function both(memory: Memory, first: Act, second: Act): Promise<Set<string>> {
  const stage = scene();
  const calls = waitingCalls(stage, () => true);
  for (const act of [first, second]) {
    stage.first.spawn("process", async (sys) => act(sys, await memory.attach(sys)));
  }
  await play(stage, SETTLED);
  return calls;
}
type Act = (sys: Sys, store: Store) => Promise<void>;

/** Each stores, and each sees what the other has stored. */
async function directionality(memory: Memory): Promise<Finding> {
  const seen: number[] = [];
  const act = (own: number, other: number): Act => {
    return async (sys, store) => {
      store.write(own, Uint8Array.of(own + 1));
      await sys.sleep(1);
      seen.push(...store.read(other, 1));
    };
  };
  await both(memory, act(0, 1), act(1, 0));
  if (seen.join() !== "2,1") throw new Error(`what the two saw of each other is ${seen.join()}`);
  return { value: "duplex" };
}

/** What two stores have left is one stretch, and reading does not consume it. */
async function boundaries(memory: Memory): Promise<Finding> {
  const seen: string[] = [];
  const writes: Act = async (_sys, store) => {
    store.write(0, Uint8Array.of(1, 2));
    store.write(2, Uint8Array.of(3, 4));
  };
  const reads: Act = async (sys, store) => {
    await sys.sleep(1);
    for (let i = 0; i < 2; i++) seen.push(store.read(0, 4).join());
  };
  await both(memory, writes, reads);
  if (seen.join(" ") !== "1,2,3,4 1,2,3,4") throw new Error(`two stores are seen as ${seen.join(" ")}`);
  return { value: "bytes in place", detail: "reading does not take them away" };
}

/** What is stored before another process comes is there when it comes. */
async function connection(memory: Memory): Promise<Finding> {
  const found = await watch(async (sys) => {
    sys.fork(async (child) => (await memory.attach(child)).write(0, Uint8Array.of(7)));
    await sys.wait();
    return (await memory.attach(sys)).read(0, 1)[0];
  });
  if (found !== 7) throw new Error(`the one who came later found ${found}`);
  return { value: "none", detail: "what is stored stays for whoever comes later" };
}

/** It holds what it was made for, and no more. */
async function capacity(memory: Memory): Promise<Finding> {
  for (const size of [SIZE, 2 ** 20]) {
    const last = await watch(async (sys) => {
      const store = await memory.attach(sys, size);
      store.write(size - 1, Uint8Array.of(9));
      return store.read(size - 1, 1)[0];
    });
    if (last !== 9) throw new Error(`of ${size} bytes the last one could not be stored`);
  }
  return { value: "as it is made", detail: `beyond that, ${await memory.beyond()}` };
}

/** Two processes count in one place: read, think, write. */
async function loss(memory: Memory): Promise<Finding> {
  const total = async (isGuarded: boolean): Promise<number> => {
    let result = 0;
    const counts: Act = async (sys, store) => {
      for (let i = 0; i < UPDATES; i++) {
        const unlock = isGuarded ? await store.lock() : () => {};
        const before = store.read(0, 1)[0] as number;
        await sys.sleep(0.001);
        store.write(0, Uint8Array.of(before + 1));
        unlock();
      }
      await sys.sleep(10);
      result = store.read(0, 1)[0] as number;
    };
    await both(memory, counts, counts);
    return result;
  };
  if ((await total(false)) >= 2 * UPDATES) throw new Error("no update was lost, though nothing guards them");
  if ((await total(true)) !== 2 * UPDATES) throw new Error(`updates were lost under ${memory.guard}`);
  return { value: "yes", detail: `of two updates at once one; not under ${memory.guard}` };
}

/** Somebody reads between the halves of an update. */
async function damage(memory: Memory): Promise<Finding> {
  const seen = async (isGuarded: boolean): Promise<string> => {
    let text = "";
    const updates: Act = async (sys, store) => {
      const unlock = isGuarded ? await store.lock() : () => {};
      store.write(0, Uint8Array.of(1));
      await sys.sleep(2);
      store.write(1, Uint8Array.of(1));
      unlock();
    };
    const reads: Act = async (sys, store) => {
      await sys.sleep(1);
      const unlock = isGuarded ? await store.lock() : () => {};
      text = store.read(0, 2).join();
      unlock();
    };
    await both(memory, updates, reads);
    return text;
  };
  const [bare, guarded] = [await seen(false), await seen(true)];
  if (bare !== "1,0" || guarded !== "1,1") throw new Error(`seen were ${bare}, and under ${memory.guard} ${guarded}`);
  return { value: "yes", detail: `half an update is seen; not under ${memory.guard}` };
}

/** A process sees another's stores in the order in which they were made. */
async function reordering(memory: Memory): Promise<Finding> {
  const seen: string[] = [];
  const writes: Act = async (sys, store) => {
    for (const place of [0, 1, 2]) {
      await sys.sleep(1);
      store.write(place, Uint8Array.of(1));
    }
  };
  const reads: Act = async (sys, store) => {
    await sys.sleep(0.5);
    for (let i = 0; i < 4; i++) {
      seen.push(store.read(0, 3).join(""));
      await sys.sleep(1);
    }
  };
  await both(memory, writes, reads);
  if (seen.join() !== "000,100,110,111") throw new Error(`stores were seen as ${seen.join()}`);
  return { value: "no" };
}

function study(memory: Memory): Study {
  const { name, title, group, manual, summary, drawing } = memory;
  return {
    ...{ name, title, group, manual, summary, drawing },
    properties: {
      addressing: async () => {
        await whoMay(memory.addressing);
        return { value: memory.addressing.text };
      },
      directionality: () => directionality(memory),
      boundaries: () => boundaries(memory),
      connection: () => connection(memory),
      capacity: () => capacity(memory),
      loss: () => loss(memory),
      reordering: () => reordering(memory),
      damage: () => damage(memory),
      parties: () => whoMay(memory.addressing),
    },
    blocking: async () => {
      // Reading and storing never wait.
      const touches: Act = async (_sys, store) => store.write(0, store.read(1, 1));
      const calls = await both(memory, touches, touches);
      if (calls.size > 0) throw new Error(`these waited: ${[...calls].join()}`);
      return waitsOf(memory.waits ?? []);
    },
  };
}

/** The signal that ends a process which does this. */
async function fault(act: (sys: Sys) => unknown): Promise<string> {
  const signo = await watch(async (sys) => {
    sys.fork(async (child) => {
      await act(child);
    });
    return WTERMSIG((await sys.wait()).status);
  });
  const name = { [SIGSEGV]: "SIGSEGV", [SIGBUS]: "SIGBUS" }[signo];
  if (name === undefined) throw new Error(`an access beyond the end was to fault, not to end with signal ${signo}`);
  return name;
}

/** A mapping, with a semaphore beside it. */
function mapped(sys: Sys, bytes: Uint8Array): Store {
  const id = sys.semget(KEY, 1, IPC_CREAT | 0o600);
  return {
    read: (offset, count) => bytes.slice(offset, offset + count),
    write: (offset, data) => bytes.set(data, offset),
    lock: async () => {
      // It begins at 0: who waits for 0 and adds one, in one step, has it.
      await sys.semop(id, [
        { num: 0, op: 0 },
        { num: 0, op: 1 },
      ]);
      return () => void sys.semop(id, [{ num: 0, op: -1 }]);
    },
  };
}

function posixMapping(sys: Sys, size: number): ReturnType<Sys["mmap"]> {
  const fd = sys.shmOpen("/channel", O_CREAT | O_RDWR, 0o600);
  if (sys.fstat(fd).size < size) sys.ftruncate(fd, size);
  return sys.mmap(size, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
}

/** Both have the same bytes, wherever each has mapped them. */
const drawing = (name: string, calls: string): string => `
  process             ${name}          process
  ${calls}      ┌──────────────┐      ${calls}
  bytes[0] = 1   ──▶ │ the same     │ ◀──  bytes[1] = 2
  bytes[1]       ◀── │ bytes        │ ──▶  bytes[0]
                     └──────────────┘`;

const posixShm: Memory = {
  name: "posix-shm",
  title: "POSIX shared memory",
  group: "memory",
  manual: "shm_overview(7), mmap(2)",
  summary: "bytes behind a name that several processes have mapped: a store is seen at once, without a call",
  drawing: drawing("/channel", "shmOpen, mmap"),
  addressing: {
    text: "a name: /channel",
    make: async (sys) => posixMapping(sys, SIZE),
    join: async (sys) => sys.shmOpen("/channel", O_RDWR),
  },
  attach: async (sys, size = SIZE) => mapped(sys, posixMapping(sys, size).bytes),
  guard: "a semaphore",
  beyond: async () => {
    const [memory, mapping] = [
      await fault((sys) => {
        const { address } = posixMapping(sys, SIZE);
        const half = sys.mmap(2 * SIZE, PROT_READ, MAP_SHARED, sys.shmOpen("/channel", O_RDWR));
        if (address !== half.address) half.load(SIZE, 1);
      }),
      await fault((sys) => posixMapping(sys, SIZE).load(SIZE, 1)),
    ];
    return `${memory}, beyond the mapping ${mapping}`;
  },
  waits: [],
};

const sysvSegment = (sys: Sys, size: number) => sys.shmat(sys.shmget(KEY, size, IPC_CREAT | 0o600));

const sysvShm: Memory = {
  name: "sysv-shm",
  title: "System V shared memory",
  group: "memory",
  manual: "sysvipc(7), shmop(2)",
  summary: "a segment of bytes behind a key; it stays until it is removed and nobody has it attached",
  drawing: drawing("key 4711", "shmget, shmat"),
  addressing: {
    text: "a key, of ftok() or agreed",
    make: async (sys) => sysvSegment(sys, SIZE),
    join: async (sys) => sys.shmat(sys.shmget(KEY, SIZE, 0o600)),
  },
  attach: async (sys, size = SIZE) => mapped(sys, sysvSegment(sys, size).bytes),
  guard: "a semaphore",
  beyond: () => fault((sys) => sysvSegment(sys, SIZE).load(SIZE, 1)),
  waits: [],
};

/** A file, with its lock. Its bytes are there once they are written. */
async function fileStore(sys: Sys, size: number): Promise<Store> {
  const fd = await sys.open(PATH, O_CREAT | O_RDWR, 0o600);
  if (sys.fstat(fd).size < size) sys.ftruncate(fd, size);
  return {
    read: (offset, count) => {
      const buffer = new Uint8Array(count);
      return buffer.subarray(0, sys.pread(fd, buffer, offset));
    },
    write: (offset, data) => void sys.pwrite(fd, data, offset),
    lock: async () => {
      await sys.flock(fd, LOCK_EX);
      return () => void sys.flock(fd, LOCK_UN);
    },
  };
}

/** Takes it twice, by two processes. */
const lockWait = (call: string, when: string, take: (sys: Sys, fd: number) => Promise<unknown>) => ({
  call,
  when,
  scene: ({ first }: ReturnType<typeof scene>) => {
    for (const name of ["first", "second"]) {
      const holds = async (sys: Sys): Promise<void> => {
        await take(sys, await sys.open(PATH, O_CREAT | O_RDWR, 0o600));
        await sys.sleep(100);
      };
      first.spawn(name, holds, { daemon: true });
    }
  },
});

const sharedFile: Memory = {
  name: "shared-file",
  title: "Shared file under a lock",
  group: "memory",
  manual: "open(2), flock(2), fcntl(2)",
  summary: "a file that several processes read and write, with a lock that keeps the others out meanwhile",
  drawing: `
  process                    /tmp/channel             process
  open, flock(LOCK_EX)       ┌──────────┐             open, flock(LOCK_EX): waits
  pread, pwrite          ──▶ │ bytes    │
  flock(LOCK_UN)             │          │ ◀──         pread, pwrite
                             └──────────┘             flock(LOCK_UN)`,
  addressing: {
    text: "a path",
    make: (sys) => fileStore(sys, SIZE),
    join: (sys) => sys.open(PATH, O_RDWR),
  },
  attach: (sys, size = SIZE) => fileStore(sys, size),
  guard: "the lock",
  beyond: async () => {
    const grown = await watch(async (sys) => {
      const store = await fileStore(sys, SIZE);
      store.write(SIZE, Uint8Array.of(1));
      return store.read(SIZE, 10).length;
    });
    return grown === 1 ? "it grows" : "it does not grow";
  },
  waits: [
    lockWait("flock", "another open file description has the lock", (sys, fd) => sys.flock(fd, LOCK_EX)),
    lockWait("fcntl", "another process has a record lock in the way (F_SETLKW)", (sys, fd) =>
      sys.fcntl(fd, F_SETLKW, { type: F_WRLCK, start: 0, length: 1 }),
    ),
  ],
};

export const memories: readonly Study[] = [posixShm, sysvShm, sharedFile].map(study);
