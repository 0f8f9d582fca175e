/** Message queues, POSIX and System V, and mailboxes: messages that stay in the kernel until somebody takes them. */
import { IPC_CREAT, IPC_NOWAIT, O_CREAT, O_NONBLOCK, O_RDWR, type Sys } from "netloom";
import {
  type Channel,
  type End,
  errnoOf,
  type Finding,
  observe,
  type Role,
  type Scene,
  unlessFull,
} from "./channel.ts";
import * as experiments from "./experiments.ts";

const NAME = "/channel";
const KEY = 4711;
const MODE = 0o666;
const ROOM_BYTES = 8192;

/** Both processes open it for themselves. */
function opened(scene: Scene, open: (sys: Sys, isFirst: boolean) => End, first: Role, second: Role): void {
  for (const [name, role] of [["first", first] as const, ["second", second] as const]) {
    const program = async (sys: Sys): Promise<void> => {
      const end = open(sys, name === "first");
      await sys.sleep(0.001);
      await role(end);
    };
    scene.first.spawn(name, program, { daemon: true });
  }
}

/** The end that a descriptor of a POSIX queue is. */
function queueEnd(sys: Sys, mqd: number): End {
  return {
    sys,
    send: (data) => sys.mqSend(mqd, data),
    receive: async () => {
      const buffer = new Uint8Array(ROOM_BYTES);
      return buffer.subarray(0, (await sys.mqReceive(mqd, buffer)).bytes);
    },
    trySend: (data) => {
      sys.mqSetattr(mqd, { flags: O_NONBLOCK });
      return unlessFull(() => sys.mqSend(mqd, data));
    },
  };
}

/** A message that was sent before there was anybody to receive it. */
async function meetsNobody(
  send: (sys: Sys) => Promise<unknown>,
  receive: (sys: Sys) => Promise<unknown>,
): Promise<Finding> {
  await observe(async (sys) => {
    sys.fork((child) => send(child).then(() => {}));
    await sys.wait();
    await receive(sys);
  });
  return { value: "connectionless", detail: "a message waits for whoever comes, its sender may have ended" };
}

const take = (sys: Sys): Promise<unknown> => sys.mqReceive(sys.mqOpen(NAME, O_RDWR), new Uint8Array(ROOM_BYTES));

/** Of three messages the last one is the most urgent. */
async function byPriority(): Promise<Finding> {
  const order = await observe(async (sys) => {
    const end = queueEnd(sys, sys.mqOpen(NAME, O_CREAT | O_RDWR, MODE));
    for (const [number, priority] of [1, 1, 5].entries()) {
      await sys.mqSend(sys.mqOpen(NAME, O_RDWR), Uint8Array.of(number), priority);
    }
    return [await end.receive(1), await end.receive(1), await end.receive(1)].map(([number]) => number).join();
  });
  if (order !== "2,0,1") throw new Error(`by priority the order is 2,0,1, not ${order}`);
  return { value: "by priority", detail: "of one priority the oldest comes first" };
}

const posixQueue: Channel = {
  name: "posix-queue",
  title: "POSIX message queue",
  group: "messages",
  manual: "mq_overview(7)",
  summary: "a bounded list of messages with priorities, behind a name; it stays until it is unlinked",
  drawing: `
  process               /channel                process
  mqOpen, mqSend ──▶ [ ▭₉ ▭₅ ▭₅ ▭₀ ] ──▶ mqOpen, mqReceive
                     highest priority first`,
  open: (scene, first, second) =>
    opened(scene, (sys) => queueEnd(sys, sys.mqOpen(NAME, O_CREAT | O_RDWR, MODE)), first, second),
  addressing: {
    text: "a name: /channel",
    make: async (sys) => sys.mqOpen(NAME, O_CREAT | O_RDWR, MODE),
    join: async (sys) => sys.mqOpen(NAME, O_RDWR),
  },
  connection: () => meetsNobody((sys) => sys.mqSend(sys.mqOpen(NAME, O_CREAT | O_RDWR, MODE), "x"), take),
  capacity: { unitBytes: 1000, of: "messages, unless it is made with another number" },
  own: { reordering: byPriority },
};

/** There and back are two types in one queue. */
const TYPES = [1, 2] as const;

function typedEnd(sys: Sys, isFirst: boolean): End {
  const id = sys.msgget(KEY, IPC_CREAT | MODE);
  const [own, other] = isFirst ? TYPES : [TYPES[1], TYPES[0]];
  return {
    sys,
    send: (data) => sys.msgsnd(id, own, data),
    receive: async () => {
      const buffer = new Uint8Array(ROOM_BYTES);
      return buffer.subarray(0, (await sys.msgrcv(id, buffer, other)).bytes);
    },
    trySend: (data) => unlessFull(() => sys.msgsnd(id, own, data, IPC_NOWAIT)),
  };
}

/** Of three messages the receiver wants the second type first, then the smaller of the others. */
async function byType(): Promise<Finding> {
  const order = await observe(async (sys) => {
    const id = sys.msgget(KEY, IPC_CREAT | MODE);
    for (const type of [3, 2, 1]) await sys.msgsnd(id, type, "x");
    const types: number[] = [];
    for (const wanted of [2, -3, 0]) types.push((await sys.msgrcv(id, new Uint8Array(1), wanted)).type);
    return types.join();
  });
  if (order !== "2,1,3") throw new Error(`by type the order is 2,1,3, not ${order}`);
  return { value: "by type", detail: "the receiver chooses; of one type the oldest comes first" };
}

const sysvQueue: Channel = {
  name: "sysv-queue",
  title: "System V message queue",
  group: "messages",
  manual: "sysvipc(7), msgop(2)",
  summary: "messages with types, from which receivers choose, behind a key; it stays until it is removed",
  drawing: `
  process                  key 4711               process
  msgget, msgsnd(type 1) ──▶ ┌──────────┐ ──▶ msgrcv(type 1)
  msgrcv(type 2)         ◀── [ ▭₁ ▭₂ ▭₁ ] ◀── msgsnd(type 2)`,
  open: (scene, first, second) => opened(scene, typedEnd, first, second),
  addressing: {
    text: "a key, of ftok() or agreed",
    make: async (sys) => sys.msgget(KEY, IPC_CREAT | 0o600),
    join: async (sys) => sys.msgget(KEY, MODE),
  },
  connection: () =>
    meetsNobody(
      (sys) => sys.msgsnd(sys.msgget(KEY, IPC_CREAT | MODE), 1, "x"),
      (sys) => sys.msgrcv(sys.msgget(KEY, MODE), new Uint8Array(1), 0),
    ),
  capacity: { unitBytes: 1000, of: "messages of 1,000 bytes" },
  own: { reordering: byType },
};

/** Mailboxes of several capacities hold what they were made for, while nobody receives. */
async function capacities(): Promise<Finding> {
  for (const size of [0, 1, 5]) {
    const held = await experiments.capacity({ ...mailbox, open: boxes(size) });
    if (held.value !== `${size} messages`) throw new Error(`a mailbox of capacity ${size} holds ${held.value}`);
  }
  return { value: "0 or n messages, as it is made", detail: "0, 1 and 5 were tried" };
}

const boxes = (size: number): Channel["open"] => {
  return (scene, first, second) => {
    opened(scene, (sys) => queueEnd(sys, sys.mailbox(NAME, size, ROOM_BYTES, MODE)), first, second);
  };
};

const mailbox: Channel = {
  name: "mailbox",
  title: "Mailbox with a capacity",
  group: "messages",
  manual: "the call mailbox(), mq_overview(7)",
  summary: "indirect messages as textbooks have them: a message queue with capacity 0 or n",
  drawing: `
  capacity n     mqSend ──▶ [ ▭ ▭ ▭ · · ] ──▶ mqReceive    the sender goes on while there is room
  capacity 0     mqSend ──▶       ▭       ──▶ mqReceive    whoever comes first waits for the other`,
  open: boxes(0),
  addressing: {
    text: "a name: /channel",
    make: async (sys) => sys.mailbox(NAME, 0),
    join: async (sys) => sys.mqOpen(NAME, O_RDWR),
  },
  connection: async () => {
    const code = await observe(async (sys) => {
      sys.mqSetattr(sys.mailbox(NAME, 0), { flags: O_NONBLOCK });
      return errnoOf(() => sys.mqSend(sys.mqOpen(NAME, O_RDWR | O_NONBLOCK), "x"));
    });
    return { value: "connectionless", detail: `with capacity 0 and nobody to meet, ${code} or a wait` };
  },
  capacity: { unitBytes: 100, of: "messages" },
  own: { capacity: capacities, directionality: () => experiments.directionality({ ...mailbox, open: boxes(5) }) },
  waitsToSend: "nobody has taken the message (capacity 0)",
  waits: [
    {
      call: "mqSend",
      when: "n messages are in it (capacity n)",
      scene: ({ first }) => {
        const fills = async (sys: Sys): Promise<void> => {
          const box = sys.mailbox(NAME, 1);
          await sys.mqSend(box, "fits");
          await sys.mqSend(box, "waits");
        };
        first.spawn("sender", fills, { daemon: true });
      },
    },
  ],
};

export const queues: readonly Channel[] = [posixQueue, sysvQueue, mailbox];
