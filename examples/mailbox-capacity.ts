/**
 * What the capacity of a mailbox means for sender and receiver: 0, 1 and 3.
 *
 * Indirect messages go through a mailbox, which has some capacity: here a POSIX message queue. With capacity 0 there is nothing in
 * between, and sender and receiver have to meet: that is a direct message. The sender sends five messages as fast as it can; the
 * receiver begins after ten seconds and takes one each second.
 *
 * Run it: npx netloom run examples/mailbox-capacity.ts
 *
 * Manual pages: mq_overview(7), mq_send(3), mq_receive(3).
 */
import { O_CREAT, O_RDWR, type Sys, type World } from "netloom";

const STDOUT = 1;
const MESSAGES = 5;

/** A mailbox as both sides use it. */
interface Mailbox {
  send(sys: Sys, text: string): Promise<unknown>;
  receive(sys: Sys): Promise<unknown>;
}

/** A message queue: the sender waits only while it is full. */
function buffered(capacity: number): Mailbox {
  const shape = { maxmsg: capacity, msgsize: 10 };
  const open = (sys: Sys) => sys.mqOpen(`/mailbox${capacity}`, O_CREAT | O_RDWR, 0o600, shape);
  return {
    send: (sys, text) => sys.mqSend(open(sys), text),
    receive: (sys) => sys.mqReceive(open(sys), new Uint8Array(shape.msgsize)),
  };
}

/** No capacity: the sender waits until the receiver has taken the message. */
const rendezvous: Mailbox = {
  send: (sys, text) => sys.msgSend(sys.msgLocate("mailbox0"), text),
  receive: async (sys) => sys.msgReply((await sys.msgReceive()).pid),
};

async function receiver(sys: Sys, mailbox: Mailbox): Promise<void> {
  if (mailbox === rendezvous) sys.msgAttach("mailbox0");
  await sys.sleep(10);
  for (let i = 0; i < MESSAGES; i++) {
    await mailbox.receive(sys);
    await sys.sleep(1);
  }
}

async function sender(sys: Sys, mailbox: Mailbox, capacity: number): Promise<void> {
  await sys.sleep(1);
  const begin = sys.clockGettime("CLOCK_MONOTONIC").seconds - 1;
  const times: number[] = [];
  for (let i = 0; i < MESSAGES; i++) {
    await mailbox.send(sys, `message ${i}`);
    times.push(sys.clockGettime("CLOCK_MONOTONIC").seconds - begin);
  }
  await sys.write(STDOUT, `capacity ${capacity}: the sender goes on at ${times.join(", ")} s\n`);
}

export default async function mailboxCapacity(world: World): Promise<void> {
  const alice = world.host("alice");
  for (const capacity of [0, 1, 3]) {
    const mailbox = capacity === 0 ? rendezvous : buffered(capacity);
    alice.spawn("receiver", (sys: Sys) => receiver(sys, mailbox));
    alice.spawn("sender", (sys: Sys) => sender(sys, mailbox, capacity));
    await world.run();
  }
}
