/**
 * A mailbox with priorities: a printer takes jobs from a message queue, the urgent ones first.
 *
 * The clients do not know the printer, nor it them: both know the mailbox's name. It holds three messages; who sends a fourth waits.
 *
 * Run it: npx netloom run examples/priority-mailbox.ts
 *
 * Manual pages: mq_overview(7), mq_open(3), mq_send(3), mq_receive(3).
 */
import { O_CREAT, O_RDONLY, O_WRONLY, type Sys, type World } from "netloom";

const STDOUT = 1;
const MAILBOX = "/printer";
const SHAPE = { maxmsg: 3, msgsize: 40 };

const tell = (sys: Sys, text: string) => {
  const { seconds } = sys.clockGettime("CLOCK_MONOTONIC");
  return sys.write(STDOUT, `${seconds} s: ${text}\n`);
};

async function printer(sys: Sys): Promise<void> {
  const mailbox = sys.mqOpen(MAILBOX, O_CREAT | O_RDONLY, 0o600, SHAPE);
  await sys.sleep(5); // it warms up
  const buffer = new Uint8Array(SHAPE.msgsize);
  for (;;) {
    const { bytes, priority } = await sys.mqReceive(mailbox, buffer);
    const job = new TextDecoder().decode(buffer.subarray(0, bytes));
    if (job === "off") break;
    await tell(sys, `prints "${job}" of priority ${priority}`);
    await sys.sleep(1);
  }
  sys.mqUnlink(MAILBOX);
}

async function client(sys: Sys): Promise<void> {
  const mailbox = sys.mqOpen(MAILBOX, O_CREAT | O_WRONLY, 0o600, SHAPE);
  const jobs = [
    ["a novel", 1],
    ["a letter", 5],
    ["a timetable", 5],
    ["a fire alarm", 31],
    ["off", 0],
  ] as const;
  for (const [job, priority] of jobs) {
    await sys.mqSend(mailbox, job, priority);
    await tell(sys, `sent "${job}"`);
  }
}

export default async function priorityMailbox(world: World): Promise<void> {
  const alice = world.host("alice");
  alice.spawn("printer", printer);
  alice.spawn("client", client);
  await world.run();
}
