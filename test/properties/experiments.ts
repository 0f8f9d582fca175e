/**
 * The experiments: each lets two processes talk over a channel, and says what it saw.
 *
 * The same code for every mechanism, so two cells of a column mean the same. Time is virtual: "a second later" is exact,
 * and costs nothing.
 */
import type { LinkOptions } from "netloom";
import { type Channel, errnoOf, type Finding, play, type Role, scene } from "./channel.ts";

export const DONE: Role = async () => {};
/** Longer than any channel here needs to deliver. */
export const SETTLED = "60s";
/** Messages, more than any channel holds. */
export const FLOOD = 2000;
export const RECORD_BYTES = 100;
/** More than the receive buffer of a socket holds. */
const RECORDS = 1500;

/** Both processes run; what they do not finish until then is given up. */
export async function talk(channel: Channel, first: Role, second: Role, link?: LinkOptions): Promise<void> {
  const stage = scene(channel.isNetwork, link);
  channel.open(stage, first, second);
  await play(stage, SETTLED);
}

/** Can each side send to the other, and both at once? */
export async function directionality(channel: Channel): Promise<Finding> {
  const seen: string[] = [];
  const hears = (who: string): Role => {
    return async (end) => {
      const code = await errnoOf(async () => {
        if ((await end.receive(RECORD_BYTES)).length > 0) seen.push(who);
      });
      if (code !== "") seen.push(`${who}: ${code}`);
    };
  };
  const says: Role = async (end) => {
    await errnoOf(() => end.send(record(0)));
    // Whoever ends may take what has not been read with it, as a terminal does.
    await end.sys.sleep(1);
  };
  await talk(channel, says, hears("second"));
  await talk(channel, hears("first"), async (end) => {
    await end.sys.sleep(0.01);
    await says(end);
  });
  const [there, back] = [seen.includes("second"), seen.includes("first")];
  if (!there) throw new Error(`nothing came from the first process to the second: ${seen.join("; ")}`);
  if (!back) return { value: "simplex" };
  // Both have a message under way before either receives.
  const both: string[] = [];
  const speaksAndHears: Role = async (end) => {
    const sent = end.send(record(0));
    await end.sys.sleep(1);
    both.push(String((await end.receive(RECORD_BYTES)).length));
    await sent;
  };
  await talk(channel, speaksAndHears, speaksAndHears);
  const takingTurns = { value: "half-duplex", detail: "one direction at a time" };
  if (both.length < 2) return takingTurns;
  // Who waits for an answer must not get what it has said itself.
  let hearsItself = false;
  const speaksToItself: Role = async (end) => {
    const sent = end.send(record(0));
    await end.sys.sleep(1);
    hearsItself = (await end.receive(RECORD_BYTES)).length > 0;
    await sent;
  };
  await talk(channel, speaksToItself, (end) => end.sys.sleep(100));
  return hearsItself ? takingTurns : { value: "duplex" };
}

/** Do two messages that wait come out as two, or as one stretch of bytes? */
export async function boundaries(channel: Channel): Promise<Finding> {
  const pieces: number[] = [];
  await talk(
    channel,
    async (end) => {
      for (const number of [0, 1]) await end.send(record(number));
      // Whoever closes would add an end of file.
      await end.sys.sleep(100);
    },
    async (end) => {
      await end.sys.sleep(1);
      for (;;) pieces.push((await end.receive(10 * RECORD_BYTES)).length);
    },
  );
  const text = pieces.join(" + ");
  if (text === `${RECORD_BYTES} + ${RECORD_BYTES}`) return { value: "messages" };
  if (text === String(2 * RECORD_BYTES)) return { value: "stream" };
  throw new Error(`two messages of ${RECORD_BYTES} bytes came as ${text}`);
}

/** How much waits in it when nobody receives. */
export async function capacity(channel: Channel): Promise<Finding> {
  const unit = channel.capacity;
  if (unit === undefined) throw new Error("nothing is said of what fills it");
  let count = 0;
  const fills: Role = async (end) => {
    // What was sent may have to travel before there is room for more.
    for (let failures = 0; failures < 3; ) {
      if (await end.trySend(new Uint8Array(unit.unitBytes))) {
        count++;
        failures = 0;
      } else {
        failures++;
        await end.sys.sleep(1);
      }
    }
    await end.sys.sleep(100);
  };
  const floods: Role = async (end) => {
    for (let i = 0; i < FLOOD; i++) await end.send(new Uint8Array(unit.unitBytes));
    await end.sys.sleep(100);
  };
  const countsLater: Role = async (end) => {
    await end.sys.sleep(10);
    for (;;) if ((await end.receive(unit.unitBytes)).length > 0) count++;
  };
  if (unit.isLossy === true) await talk(channel, floods, countsLater);
  else await talk(channel, fills, (end) => end.sys.sleep(100));
  if (unit.of === "") return { value: `${(count * unit.unitBytes).toLocaleString("en-US")} bytes` };
  return { value: `${count.toLocaleString("en-US")} ${unit.of}` };
}

/** What becomes of many messages when the receiver is slow, and when the network is bad. */
export async function reliability(channel: Channel): Promise<Record<"loss" | "reordering" | "damage", Finding>> {
  const runs: [cause: string, Traffic][] = [["a receiver that is slow", await traffic(channel, 3, {})]];
  if (channel.isNetwork === true) {
    runs.push(["a link that loses", await traffic(channel, 0, { delayMs: 1, lossRate: 0.1 })]);
    runs.push(["a link that reorders", await traffic(channel, 0, { delayMs: 20, jitterMs: 20, reorderRate: 0.3 })]);
    runs.push(["a link that corrupts", await traffic(channel, 0, { delayMs: 1, corruptRate: 0.1 })]);
  }
  const found = (what: keyof Traffic): Finding => {
    const causes = runs.filter(([, seen]) => seen[what]).map(([cause]) => cause);
    if (causes.length === 0) return { value: "no" };
    return { value: "yes", detail: causes.join(", ") };
  };
  return { loss: found("lost"), reordering: found("reordered"), damage: found("damaged") };
}

interface Traffic {
  readonly lost: boolean;
  readonly reordered: boolean;
  readonly damaged: boolean;
}

/** Sends RECORDS records; the receiver begins so many seconds later. */
async function traffic(channel: Channel, lateSeconds: number, link: LinkOptions): Promise<Traffic> {
  const got: Uint8Array[] = [];
  const isNetwork = channel.isNetwork === true;
  await talk(
    channel,
    async (end) => {
      for (let number = 0; number < RECORDS; number++) {
        await end.send(record(number));
        // A network takes its time; a host does not.
        if (isNetwork && lateSeconds === 0) await end.sys.sleep(0.001);
      }
      await end.sys.sleep(100);
    },
    async (end) => {
      await end.sys.sleep(lateSeconds);
      for (;;) got.push((await end.receive(10 * RECORD_BYTES)).slice());
    },
    link,
  );
  return judge(got);
}

/** What came, cut into records again: each has its number and a pattern that follows from it. */
function judge(pieces: readonly Uint8Array[]): Traffic {
  const bytes = Buffer.concat(pieces);
  const numbers: number[] = [];
  let damaged = false;
  for (let at = 0; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
    const number = bytes.readUInt32BE(at);
    // What is damaged says nothing of its place.
    if (number < RECORDS && bytes.subarray(at, at + RECORD_BYTES).equals(record(number))) numbers.push(number);
    else damaged = true;
  }
  const rises = numbers.every((number, index) => index === 0 || number > (numbers[index - 1] as number));
  return { lost: new Set(numbers).size < RECORDS, reordered: !rises, damaged };
}

/** A message of RECORD_BYTES that says which one it is. */
function record(number: number): Buffer {
  const bytes = Buffer.from(Array.from({ length: RECORD_BYTES }, (_, i) => number * 7 + i));
  bytes.writeUInt32BE(number);
  return bytes;
}
