/** The three networks that each library meets. What happened comes back as data. */
import { RollingHash } from "../../src/base/hash.ts";
import { type TwoHosts, twoHosts } from "../node/two-hosts.ts";
import { type Library, wordsOf } from "./library.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const MINUTE_MS = 60_000;
const WORDS_MAX = 1000;

/** A hash of when what happened, and how long it was; what OpenSSL makes of its own chance is not in it. */
function digesting({ world }: TwoHosts): () => string {
  const hash = new RollingHash();
  world.journal = ({ titleHash }, what, value) => {
    hash.mixNumber(world.nowNs);
    hash.mix(titleHash);
    hash.mixString(what);
    hash.mixNumber(value);
  };
  return () => hash.digest();
}

/** At least so many words, one after the other, and as many more as it takes to lose a frame on a lossy network. */
export async function exchanges({ serve, open }: Library, words: number, network: Parameters<typeof twoHosts>[0] = {}) {
  const hosts = twoHosts(network);
  const { world, wire, a, b } = hosts;
  const digest = digesting(hosts);
  b.start({ main: serve });
  const lost = (): number => wire.snapshot().ports.reduce((sum, { drops }) => sum + (drops.lost ?? 0), 0);
  const wrong = await a.run(async () => {
    const client = await open(() => {});
    const found: string[] = [];
    for (let i = 0; i < words || (network.lossRate !== undefined && lost() === 0 && i < WORDS_MAX); i++) {
      const answer = await client.exchange(`word${i}`).catch(wordsOf);
      if (answer !== `WORD${i}`) found.push(`word${i}: ${answer}`);
    }
    await client.close();
    return found;
  });
  const { crashes } = world.result();
  return { wrong, isLossy: lost() > 0, crashes, digest: digest() };
}

/** The network is gone for a minute, in which the client asks; after another one it asks again. */
export async function partition({ serve, open }: Library) {
  const hosts = twoHosts();
  const { world, wire, a, b } = hosts;
  const digest = digesting(hosts);
  b.start({ main: serve });
  const diary: string[] = [];
  let cutNs = Number.NaN;
  const tell = (what: string): void => {
    const seconds = Math.round((world.nowNs - cutNs) / 1e9);
    if (!Number.isNaN(seconds)) diary.push(`${seconds} s: ${what}`);
  };
  const after = await a.run(async () => {
    const client = await open(tell);
    await client.exchange("before");
    await pause(5000);
    const outage = wire.cut();
    cutNs = world.nowNs;
    setTimeout(() => outage[Symbol.dispose](), MINUTE_MS);
    await Promise.race([client.exchange("during").catch(wordsOf).then(tell), pause(3 * MINUTE_MS)]);
    await pause(Math.max(0, 2 * MINUTE_MS - (world.nowNs - cutNs) / 1e6));
    cutNs = Number.NaN;
    const answer = await client.exchange("after").catch(wordsOf);
    await client.close();
    return answer;
  });
  const { crashes } = world.result();
  return { diary, after, crashes, digest: digest() };
}
