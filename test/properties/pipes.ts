/** Pipes: anonymous, named, and the duplex pipe of socketpair(2). */
import {
  AF_UNIX,
  F_SETFL,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  SIG_IGN,
  SIGPIPE,
  SOCK_STREAM,
  type Sys,
} from "netloom";
import { type Channel, type End, errnoOf, observe, type Role, type Scene, unlessFull } from "./channel.ts";

/** The end that a descriptor is. */
export function descriptorEnd(sys: Sys, fd: number): End {
  return {
    sys,
    send: (data) => sys.write(fd, data),
    receive: async (room) => {
      const buffer = new Uint8Array(room);
      return buffer.subarray(0, await sys.read(fd, buffer));
    },
    trySend: (data) => {
      sys.fcntl(fd, F_SETFL, O_NONBLOCK);
      return unlessFull(() => sys.write(fd, data));
    },
  };
}

/** A process opens a pair of descriptors, its child takes the second one; each closes the other's. */
function related(scene: Scene, open: (sys: Sys) => readonly [number, number], first: Role, second: Role): void {
  const parent = async (sys: Sys): Promise<void> => {
    const [ours, theirs] = open(sys);
    sys.fork(async (sys) => {
      sys.close(ours);
      await second(descriptorEnd(sys, theirs));
    });
    sys.close(theirs);
    await first(descriptorEnd(sys, ours));
  };
  scene.first.spawn("first", parent, { daemon: true });
}

/** What a write answers when there is nobody at the other end. */
async function brokenPipe(open: (sys: Sys) => readonly [number, number]): Promise<string> {
  return observe(async (sys) => {
    sys.signal(SIGPIPE, SIG_IGN);
    const [ours, theirs] = open(sys);
    sys.close(theirs);
    return errnoOf(() => sys.write(ours, "x"));
  });
}

const pipeEnds = (sys: Sys): readonly [number, number] => {
  const [readEnd, writeEnd] = sys.pipe();
  return [writeEnd, readEnd];
};

const pipe: Channel = {
  name: "pipe",
  title: "Pipe",
  group: "streams",
  manual: "pipe(2), pipe(7)",
  summary: "an object in the kernel with a write end and a read end, each a descriptor",
  drawing: `
  process        kernel          process
  write(fd) ──▶ [ bytes … ] ──▶ read(fd)`,
  open: (scene, first, second) => related(scene, pipeEnds, first, second),
  addressing: { text: "none: descriptors" },
  connection: async () => ({
    value: "connected from the start",
    detail: `without a reader, ${await brokenPipe(pipeEnds)}`,
  }),
  capacity: { unitBytes: 4096, of: "" },
};

const PATH = "/tmp/channel";

const fifo: Channel = {
  name: "fifo",
  title: "Named pipe (FIFO)",
  group: "streams",
  manual: "mkfifo(3), fifo(7)",
  summary: "a pipe with a name in the file tree; it stays until it is unlinked",
  drawing: `
  process                 /tmp/channel            process
  open, write(fd) ──▶ [ bytes … ] ──▶ open, read(fd)`,
  open(scene, first, second) {
    const opener = (flags: number, act: Role) => {
      return async (sys: Sys): Promise<void> => {
        if (flags === O_WRONLY) sys.mkfifo(PATH);
        else await sys.sleep(0.001);
        await act(descriptorEnd(sys, await sys.open(PATH, flags)));
      };
    };
    scene.first.spawn("first", opener(O_WRONLY, first), { daemon: true });
    scene.first.spawn("second", opener(O_RDONLY, second), { daemon: true });
  },
  addressing: {
    text: "a path",
    make: async (sys) => {
      sys.mkfifo(PATH);
      await sys.open(PATH, O_RDWR);
    },
    join: (sys) => sys.open(PATH, O_WRONLY),
  },
  connection: async () => {
    const code = await observe(async (sys) => {
      sys.mkfifo(PATH);
      return errnoOf(() => sys.open(PATH, O_WRONLY | O_NONBLOCK));
    });
    return { value: "connected by open()", detail: `without a reader, ${code} or a wait` };
  },
  capacity: { unitBytes: 4096, of: "" },
  waits: [
    {
      call: "open",
      when: "nobody has opened the other end",
      scene: ({ first }) => {
        const lonely = async (sys: Sys): Promise<void> => {
          sys.mkfifo(PATH);
          await sys.open(PATH, O_RDONLY);
        };
        first.spawn("first", lonely, { daemon: true });
      },
    },
  ],
};

const pairEnds = (sys: Sys): readonly [number, number] => sys.socketpair(AF_UNIX, SOCK_STREAM);

const socketpair: Channel = {
  name: "socketpair",
  title: "Duplex pipe (socketpair)",
  group: "streams",
  manual: "socketpair(2)",
  summary: "two descriptors, both for reading and writing: what is written to one is read from the other",
  drawing: `
  process          kernel            process
  write(a) ──▶ [ bytes … ] ──▶ read(b)
  read(a)  ◀── [ bytes … ] ◀── write(b)`,
  open: (scene, first, second) => related(scene, pairEnds, first, second),
  addressing: { text: "none: descriptors" },
  connection: async () => ({
    value: "connected from the start",
    detail: `without a peer, ${await brokenPipe(pairEnds)}`,
  }),
  capacity: { unitBytes: 4096, of: "" },
};

export const pipes: readonly Channel[] = [pipe, fifo, socketpair];
