/** Experiments: who may take part, by which name, and which calls wait. Read first: experiments.ts. */
import type { LinkOptions, Mechanism, Sys } from "netloom";
import { type Channel, errnoOf, type Finding, play, type Role, type Scene, scene, type Waiting } from "./channel.ts";
import { DONE, FLOOD, RECORD_BYTES, SETTLED, talk } from "./experiments.ts";

/** Who can reach by its name what a process of user 1000 has made, on a host whose files are as they usually are? */
export async function whoMay({ make, join }: Channel["addressing"]): Promise<Finding> {
  if (make === undefined || join === undefined) {
    return { value: "related processes", detail: "ends are inherited, or passed over a Unix-domain socket" };
  }
  const reaches = async (uid: number, isElsewhere: boolean): Promise<boolean> => {
    const stage = scene(true);
    let code = "it did not answer";
    const owner = async (sys: Sys): Promise<void> => {
      await make(sys);
      await sys.sleep(100);
    };
    stage.second.spawn("owner", owner, { uid: 1000, daemon: true });
    const host = isElsewhere ? stage.first : stage.second;
    const stranger = async (sys: Sys): Promise<void> => {
      await sys.sleep(0.1);
      code = await errnoOf(() => join(sys));
    };
    host.spawn("stranger", stranger, { uid, daemon: true });
    await play(stage, SETTLED);
    return code === "";
  };
  if (!(await reaches(1000, false))) throw new Error("a process of the same user can't reach it by its name");
  if (await reaches(2000, true)) return { value: "processes of any host" };
  if (await reaches(2000, false)) return { value: "processes of one host" };
  return { value: "processes of one host", detail: "that have the permission" };
}

/** The addressing is what the channel says: an unrelated process has just used it, or a child has inherited it. */
export async function addressing(channel: Channel): Promise<Finding> {
  await (channel.own?.parties ?? (() => whoMay(channel.addressing)))();
  await talk(channel, DONE, DONE);
  return { value: channel.addressing.text };
}

/** Which calls wait, and for what. */
export async function blocking(channel: Channel): Promise<readonly { call: string; when: string }[]> {
  const found: { call: string; when: string }[] = [];
  const look = async (when: string, first: Role, second: Role, link: LinkOptions): Promise<void> => {
    const stage = scene(channel.isNetwork, link);
    let hasBegun = 0;
    const begun = (role: Role): Role => {
      return (end) => {
        hasBegun++;
        return role(end);
      };
    };
    const calls = waitingCalls(stage, () => hasBegun === 2);
    channel.open(stage, begun(first), begun(second));
    await play(stage, SETTLED);
    for (const call of calls) found.push({ call, when });
  };
  const idle: Role = (end) => end.sys.sleep(100);
  const receives: Role = async (end) => {
    await end.sys.sleep(0.1);
    await end.receive(RECORD_BYTES);
  };
  const { unitBytes = RECORD_BYTES } = channel.capacity ?? {};
  const floods: Role = async (end) => {
    await end.sys.sleep(0.1);
    for (let i = 0; i < FLOOD; i++) await end.send(new Uint8Array(unitBytes));
  };
  const { waitsToReceive = "there is nothing to receive", waitsToSend = "there is no room" } = channel;
  await look(waitsToReceive, idle, receives, {});
  await look(waitsToSend, floods, idle, { rateMbps: 1 });
  return [...found, ...(await waitsOf(channel.waits ?? [], channel.isNetwork))];
}

/** Those of which it is said that they wait do so. */
export async function waitsOf(waits: readonly Waiting[], isNetwork: boolean = false): Promise<Mechanism["blocking"]> {
  const found: { call: string; when: string }[] = [];
  for (const { call, when, scene: set } of waits) {
    const stage = scene(isNetwork);
    const calls = waitingCalls(stage, () => true);
    set(stage);
    await play(stage, SETTLED);
    if (!calls.has(call)) throw new Error(`${call}() was to wait while ${when}; in vain: ${[...calls].join(", ")}`);
    found.push({ call, when });
  }
  return found;
}

/** The calls in which processes go to sleep, without the sleep of those who only let time pass. */
export function waitingCalls({ world }: Scene, isLooking: () => boolean): Set<string> {
  const calls = new Set<string>();
  world.trace((event) => {
    if (event.step !== "kernel/operation" || event.what !== "sleep" || event.call === "nanosleep") return;
    // As programs write it: mq_send is mqSend.
    if (isLooking()) calls.add(event.call.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()));
  });
  return calls;
}
