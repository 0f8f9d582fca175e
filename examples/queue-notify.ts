/**
 * mq_notify: a signal tells a process that a message has come into its empty queue, and meanwhile it does other things.
 *
 * The registration is used up by one signal, so the handler registers again, before it empties the queue: a message that comes
 * in between is not missed.
 *
 * Run it: npx netloom run examples/queue-notify.ts
 *
 * Manual pages: mq_notify(3), sigaction(2).
 */
import { O_CREAT, O_NONBLOCK, O_RDONLY, O_WRONLY, SIGEV_SIGNAL, SIGUSR1, type Sys, type World } from "netloom";

const STDOUT = 1;
const SHAPE = { maxmsg: 10, msgsize: 40 };

async function worker(sys: Sys): Promise<void> {
  const queue = sys.mqOpen("/news", O_CREAT | O_RDONLY | O_NONBLOCK, 0o600, SHAPE);
  const register = () => sys.mqNotify(queue, { notify: SIGEV_SIGNAL, signo: SIGUSR1, value: queue });
  let isOver = false;
  sys.sigaction(SIGUSR1, {
    handler: async (_, { value: mqd, pid }) => {
      register();
      for (const news of await all(sys, mqd)) {
        await sys.write(STDOUT, `process ${pid} sends: ${news}\n`);
        isOver = news === "good night";
      }
    },
  });
  register();

  let works = 0;
  while (!isOver) {
    works++;
    await sys.sleep(1).catch(() => {}); // work, which the signal interrupts
  }
  await sys.write(STDOUT, `worked ${works} times meanwhile\n`);
}

/** Takes all that is in the queue. */
async function all(sys: Sys, queue: number): Promise<string[]> {
  const buffer = new Uint8Array(SHAPE.msgsize);
  const texts: string[] = [];
  for (;;) {
    const message = await sys.mqReceive(queue, buffer).catch(() => null); // EAGAIN: it is empty
    if (message === null) return texts;
    texts.push(new TextDecoder().decode(buffer.subarray(0, message.bytes)));
  }
}

async function sender(sys: Sys): Promise<void> {
  await sys.sleep(2.5);
  const queue = sys.mqOpen("/news", O_WRONLY);
  await sys.mqSend(queue, "good morning");
  await sys.mqSend(queue, "rain in the west");
  await sys.sleep(3);
  await sys.mqSend(queue, "good night");
}

export default async function queueNotify(world: World): Promise<void> {
  const alice = world.host("alice");
  alice.spawn("worker", worker);
  alice.spawn("sender", sender);
  await world.run();
}
