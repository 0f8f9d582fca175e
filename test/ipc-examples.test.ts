/** The examples with queues, shared memory, semaphores and direct messages print what they promise. */
import { DeadlockError, World } from "netloom";
import { expect, test } from "vitest";
import diningPhilosophers from "../examples/dining-philosophers.ts";
import mailboxCapacity from "../examples/mailbox-capacity.ts";
import peterson from "../examples/peterson.ts";
import priorityMailbox from "../examples/priority-mailbox.ts";
import producersConsumers from "../examples/producers-consumers.ts";
import queueNotify from "../examples/queue-notify.ts";
import readersWriters from "../examples/readers-writers.ts";
import requestReply from "../examples/request-reply.ts";
import sharedCounter from "../examples/shared-counter.ts";

/** What a scenario's programs print; none of them may crash. */
async function printed(scenario: (world: World) => Promise<void>): Promise<string> {
  let text = "";
  const world = new World({
    console: (output) => {
      text += output.text;
    },
  });
  await scenario(world);
  const { crashes } = await world.run();
  expect(crashes).toEqual([]);
  return text;
}

test("shared-counter", async () => {
  expect(await printed(sharedCounter)).toBe(
    "guarded: 300 additions, the counter is 300\nunguarded: 300 additions, the counter is 100\n",
  );
});

test("producers-consumers", async () => {
  expect(await printed(producersConsumers)).toBe(
    `consumer 1 has taken 100 101 102 103 104 105
consumer 2 has taken 200 201 202 203 204 205
empty places at the end: 4
`,
  );
});

test("readers-writers", async () => {
  expect(await printed(readersWriters)).toBe(
    `0 s: ada reads version 0, with 0 others
1 s: bob reads version 0, with 1 others
4 s: eve writes version 1, alone
6 s: dan reads version 1, with 0 others
`,
  );
});

test("dining-philosophers: the polite ones eat, the greedy ones are reported with what each waits for", async () => {
  const dinner = printed(diningPhilosophers);
  await expect(dinner).rejects.toThrow(DeadlockError);
  const report = await dinner.catch((error: Error) => error.message);
  for (let seat = 0; seat < 5; seat++) {
    expect(report).toContain(
      `host[${9 + seat}] on alice: semop() waits on semaphore ${(seat + 1) % 5} of 0 to be 1 or more`,
    );
  }
});

test("peterson", async () => {
  expect(await printed(peterson)).toBe(
    "locked: never both inside, 100 additions made 100\nunlocked: they met inside, 100 additions made 64\n",
  );
});

test("priority-mailbox", async () => {
  expect(await printed(priorityMailbox)).toBe(
    `0 s: sent "a novel"
0 s: sent "a letter"
0 s: sent "a timetable"
5 s: sent "a fire alarm"
5 s: prints "a letter" of priority 5
6 s: sent "off"
6 s: prints "a fire alarm" of priority 31
7 s: prints "a timetable" of priority 5
8 s: prints "a novel" of priority 1
`,
  );
});

test("request-reply", async () => {
  expect(await printed(requestReply)).toBe("20+22 = 42 after 3 s\n1+2+3+4+5 = 15 after 8 s\n");
});

test("queue-notify", async () => {
  expect(await printed(queueNotify)).toBe(
    `process 3 sends: good morning
process 3 sends: rain in the west
process 3 sends: good night
worked 7 times meanwhile
`,
  );
});

test("mailbox-capacity", async () => {
  expect(await printed(mailboxCapacity)).toBe(
    `capacity 0: the sender goes on at 10, 11, 12, 13, 14 s
capacity 1: the sender goes on at 1, 10, 11, 12, 13 s
capacity 3: the sender goes on at 1, 1, 1, 10, 11 s
`,
  );
});

test("what is sent is in the hash: other messages, another run", async () => {
  const hashOf = async (text: string): Promise<string> => {
    const world = new World();
    world.host("alice").spawn("program", async (sys) => {
      const child = sys.fork(async (child) => child.msgReply((await child.msgReceive()).pid));
      await sys.msgSend(child, text);
      await sys.msgsnd(sys.msgget(0, 0o600), 1, text);
    });
    return (await world.run()).hash;
  };
  const [one, again, other] = [await hashOf("one"), await hashOf("one"), await hashOf("two")];
  expect(again).toBe(one);
  expect(other).not.toBe(one);
});
