/**
 * What the capacity of a mailbox means for sender and receiver: 0, 1 and 3.
 *
 * Indirect messages go through a mailbox, which is a message queue with its capacity. With capacity n the sender goes on while n messages
 * or fewer wait; with capacity 0 there is nothing in between, and it waits until the receiver has taken each message. The sender sends
 * five messages as fast as it can; the receiver begins after ten seconds and takes one each second.
 *
 * Run it: npx netloom run examples/mailbox-capacity.ts
 *
 * Manual pages: mq_overview(7), mq_send(3), mq_receive(3).
 */
import type { Sys, World } from "netloom";

const STDOUT = 1;
const MESSAGES = 5;
const BYTES = 10;

/** The mailbox, which is made by whoever comes first. */
const open = (sys: Sys, capacity: number): number => sys.mailbox(`/mailbox${capacity}`, capacity, BYTES);

async function receiver(sys: Sys, capacity: number): Promise<void> {
  const mailbox = open(sys, capacity);
  await sys.sleep(10);
  for (let i = 0; i < MESSAGES; i++) {
    await sys.mqReceive(mailbox, new Uint8Array(BYTES));
    await sys.sleep(1);
  }
}

async function sender(sys: Sys, capacity: number): Promise<void> {
  const mailbox = open(sys, capacity);
  await sys.sleep(1);
  const begin = sys.clockGettime("CLOCK_MONOTONIC").seconds - 1;
  const times: number[] = [];
  for (let i = 0; i < MESSAGES; i++) {
    await sys.mqSend(mailbox, `message ${i}`);
    times.push(sys.clockGettime("CLOCK_MONOTONIC").seconds - begin);
  }
  await sys.write(STDOUT, `capacity ${capacity}: the sender goes on at ${times.join(", ")} s\n`);
}

export default async function mailboxCapacity(world: World): Promise<void> {
  const alice = world.host("alice");
  for (const capacity of [0, 1, 3]) {
    alice.spawn("receiver", (sys: Sys) => receiver(sys, capacity));
    alice.spawn("sender", (sys: Sys) => sender(sys, capacity));
    await world.run();
  }
}
