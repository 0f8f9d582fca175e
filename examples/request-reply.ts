/**
 * Request and reply by direct messages: client and server meet, and nothing is stored between them.
 *
 *     client   msgSend ──── SEND ────┐            ┌─── goes on with the answer
 *     server              msgReceive ┴─ computes ─┴ msgReply
 *
 * The server is found by its name. A client waits from its request to the answer; the server may answer in another order than it
 * was asked in: the second client's sum is ready first.
 *
 * Run it: npx netloom run examples/request-reply.ts
 */
import type { Sys, World } from "netloom";

const STDOUT = 1;
const decoder = new TextDecoder();

/** Takes two requests, answers the shorter one first, and then one by one. */
async function server(sys: Sys): Promise<void> {
  sys.msgAttach("adder");
  const first = await sys.msgReceive();
  const second = await sys.msgReceive();
  for (const { pid, data } of [second, first]) {
    const numbers = decoder.decode(data).split("+").map(Number);
    await sys.sleep(numbers.length);
    sys.msgReply(pid, String(numbers.reduce((sum, number) => sum + number, 0)));
  }
}

async function client(sys: Sys, problem: string = ""): Promise<void> {
  await sys.sleep(1); // until the server has its name
  const { data } = await sys.msgSend(sys.msgLocate("adder"), problem);
  const { seconds } = sys.clockGettime("CLOCK_MONOTONIC");
  await sys.write(STDOUT, `${problem} = ${decoder.decode(data)} after ${seconds} s\n`);
}

export default async function requestReply(world: World): Promise<void> {
  const alice = world.host("alice");
  alice.spawn("server", server);
  alice.spawn("client", client, { args: ["1+2+3+4+5"] });
  alice.spawn("client", client, { args: ["20+22"] });
  await world.run();
}
