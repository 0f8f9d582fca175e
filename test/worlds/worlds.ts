/**
 * Random worlds: two hosts on a link that does its worst, connections that end in all sorts of ways, and what must hold.
 *
 * Read first: world-case.ts (what is drawn), party.ts (what the sides do), check.ts (what must hold).
 * `npm run test:worlds` runs thousands of them; tcp-worlds.test.ts a share. Order of one: talk for hours → whoever still
 * waits must have a reason → all are killed → hours later nothing of it is left.
 */
import * as fc from "fast-check";
import { AF_INET, AF_INET6, type Host, SOCK_STREAM, type SpawnedProcess, type Sys, World } from "netloom";
import { leaks, unjustWaits, verdictOf, Witness } from "./check.ts";
import { Account, prepare, talk } from "./party.ts";
import { type Meeting, type WorldCase, worldCases } from "./world-case.ts";

const SERVER = { 4: "10.0.1.2", 6: "2001:db8:1::2" } as const;
const PORT = 7;
/** Longer than anything takes to be given up. */
const HOURS = 6;
const NS_PER_MS = 1_000_000;
/** The other side's bytes are others. */
const BACK = 100_000;

interface Outcome {
  readonly problems: readonly string[];
  readonly hash: string;
}

/** Makes the world of a case, and says what did not hold. */
async function play(one: WorldCase): Promise<Outcome> {
  const world = new World({ console: () => {}, seed: one.seed });
  const { a, b } = topology(world, one);
  const witness = new Witness([a, b]);
  const accounts = one.meetings.map(({ client, server }) => ({
    client: new Account(client, 0),
    server: new Account(server, BACK),
  }));
  const processes = [b.spawn("server", (sys: Sys) => serve(sys, one, accounts), { daemon: true })];
  one.meetings.forEach((meeting, index) => {
    const pair = accounts[index] as (typeof accounts)[number];
    processes.push(a.spawn(`client${index}`, (sys: Sys) => visit(sys, one, index, meeting, pair), { daemon: true }));
  });
  a.spawn("killer", (sys) => killOnTime(sys, one, accounts, processes));
  await pass(world, b);
  const problems = [
    ...accounts.flatMap((pair) => verdictOf(pair, one.settings.tcp_syncookies !== 0)),
    ...unjustWaits(witness),
    ...witness.windows.problems,
  ];
  for (const each of processes) each.kill("SIGKILL");
  await pass(world, b);
  problems.push(...leaks(witness, world.hosts));
  for (const { error } of world.result().crashes) problems.push(`thrown: ${(error as Error)?.stack ?? error}`);
  return { problems, hash: world.hash };
}

/** Hours go by. */
async function pass(world: World, host: Host): Promise<void> {
  host.spawn("clock", (sys: Sys) => sys.sleep(HOURS * 3600));
  await world.run();
}

/** Hosts a and b, with a router between them or without. */
function topology(world: World, { link, family, behindMtu, partitions, settings }: WorldCase): { a: Host; b: Host } {
  const [a, b] = [world.host("a"), world.host("b")];
  const cable = world.cable(link);
  a.attach(cable, "10.0.0.1/24", "2001:db8::1/64");
  if (behindMtu === 0) {
    b.attach(cable, "10.0.0.2/24", "2001:db8::2/64", "10.0.1.2/24", "2001:db8:1::2/64");
    a.route("10.0.1.0/24", { via: "10.0.0.2" });
    a.route("2001:db8:1::/64", { via: "2001:db8::2" });
  } else {
    const router = world.host("router");
    router.attach(cable, "10.0.0.254/24", "2001:db8::fe/64");
    const behind = world.cable({ mtu: behindMtu });
    router.attach(behind, "10.0.1.254/24", "2001:db8:1::fe/64");
    b.attach(behind, "10.0.1.2/24", "2001:db8:1::2/64");
    router.forwarding = true;
    if (family === 6) router.sysctl("net.ipv6.conf.all.forwarding", 1);
    a.route("default", { via: "10.0.0.254" });
    b.route("default", { via: "10.0.1.254" });
    a.route("::/0", { via: "2001:db8::fe" });
    b.route("::/0", { via: "2001:db8:1::fe" });
  }
  for (const host of [a, b])
    for (const [name, value] of Object.entries(settings)) host.sysctl(`net.ipv4.${name}`, value);
  if (partitions.length > 0) {
    world.rule(cable, ({ from, timeNs }) => {
      const way = from.startsWith("a") ? "there" : "back";
      const isCut = partitions.some(
        (each) =>
          (each.way === "both" || each.way === way) &&
          timeNs >= each.startMs * NS_PER_MS &&
          timeNs < (each.startMs + each.durationMs) * NS_PER_MS,
      );
      return isCut ? "drop" : "pass";
    });
  }
  return { a, b };
}

type Pair = { readonly client: Account; readonly server: Account };

/** Each connection says in its first byte whose it is. */
async function serve(sys: Sys, { family, backlog }: WorldCase, pairs: readonly Pair[]): Promise<void> {
  const listener = sys.socket(family === 4 ? AF_INET : AF_INET6, SOCK_STREAM);
  sys.bind(listener, { address: family === 4 ? "0.0.0.0" : "::", port: PORT });
  sys.listen(listener, backlog);
  const talks: Promise<void>[] = [];
  for (;;) {
    const { fd } = await sys.accept(listener);
    talks.push(greet(sys, fd, pairs));
  }
}

async function greet(sys: Sys, fd: number, pairs: readonly Pair[]): Promise<void> {
  const first = new Uint8Array(1);
  let count = 0;
  try {
    count = await sys.read(fd, first);
  } catch (error) {
    if ((error as { readonly code?: string }).code === undefined) throw error;
  }
  const pair = count === 1 ? pairs[first[0] as number] : undefined;
  if (pair === undefined || pair.server.isConnected) {
    if (pair !== undefined) pair.client.isHaunted = true;
    sys.close(fd);
    return;
  }
  prepare(sys, fd, pair.server.side);
  await talk(sys, fd, pair.server, 0);
}

async function visit(sys: Sys, one: WorldCase, index: number, { startMs }: Meeting, { client }: Pair): Promise<void> {
  await sys.sleep(startMs / 1000);
  const fd = sys.socket(one.family === 4 ? AF_INET : AF_INET6, SOCK_STREAM);
  prepare(sys, fd, client.side);
  try {
    await sys.connect(fd, { address: SERVER[one.family], port: PORT });
    await sys.write(fd, Uint8Array.of(index));
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === undefined) throw error;
    client.errors.push(code);
    client.isDone = true;
    sys.close(fd);
    return;
  }
  await talk(sys, fd, client, BACK);
}

/** Clients that are to be killed at a moment; a server that is, resets nobody but its own. */
async function killOnTime(sys: Sys, one: WorldCase, pairs: readonly Pair[], processes: readonly SpawnedProcess[]) {
  const victims = one.meetings.flatMap(({ startMs, client }, index) =>
    client.ending === "killed" ? [{ atMs: startMs + client.afterMs, index }] : [],
  );
  victims.sort((left, right) => left.atMs - right.atMs);
  let nowMs = 0;
  for (const { atMs, index } of victims) {
    await sys.sleep((atMs - nowMs) / 1000);
    nowMs = atMs;
    const account = pairs[index]?.client;
    if (account === undefined || account.isDone) continue;
    account.hasGivenUp = true;
    account.hasEnded = true;
    account.isDone = true;
    processes[index + 1]?.kill("SIGKILL");
  }
}

interface RunOptions {
  readonly seed: number;
  readonly count: number;
  /** Each so-manieth world is played twice: the hash must be the same. Default 1. */
  readonly repeatEvery?: number;
  readonly onProgress?: (done: number) => void;
}

/** The first world that does not hold, with what shows it again; null when all do. */
export async function firstFailure({ seed, count, repeatEvery = 1, onProgress }: RunOptions): Promise<string | null> {
  for (let done = 0; done < count; done++) {
    const times = done % repeatEvery === 0 ? 2 : 1;
    const details = await fc.check(
      fc.asyncProperty(fc.noBias(worldCases), (one) => holds(one, times)),
      { seed: seed + done, numRuns: 1, interruptAfterTimeLimit: 60_000 },
    );
    if (details.failed) {
      const shown = JSON.stringify(details.counterexample?.[0], null, 2);
      return `${details.errorInstance}\nin this world, or a larger one:\n${shown}\nTo see it again: npm run test:worlds -- --seed ${seed + done} --count 1`;
    }
    onProgress?.(done + 1);
  }
  return null;
}

/** Throws what does not hold in a world. */
async function holds(one: WorldCase, times: number): Promise<void> {
  const first = await play(one);
  if (first.problems.length > 0) throw new Error(first.problems.join("\n"));
  if (times === 1) return;
  const second = await play(one);
  if (first.hash !== second.hash) throw new Error(`the hash was ${first.hash}, and then ${second.hash}`);
}
