/** Each library between two hosts: on a good network, on a bad one, and with a partition of a minute in the middle. */
import { describe, expect, test } from "vitest";
import { twoHosts } from "../node/two-hosts.ts";
import { type Library, libraries } from "./libraries.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function exchanges({ serve, open }: Library, network: Parameters<typeof twoHosts>[0]) {
  const { world, a, b } = twoHosts(network);
  b.start({ main: serve });
  const answers = await a.run(async () => {
    const client = await open();
    const words: string[] = [];
    for (let i = 0; i < 5; i++) words.push(await client.exchange(`word${i}`));
    client.close();
    return words;
  });
  return { answers, crashes: world.result().crashes, hash: world.hash };
}

const WORDS = ["WORD0", "WORD1", "WORD2", "WORD3", "WORD4"];

/** `npm test` takes a share of them, `npm run test:libraries` all. */
const isAll = process.env.NETLOOM_LIBRARIES === "all";
const chosen = libraries.filter(({ name }) => isAll || ["express and axios", "ws", "ioredis"].includes(name));

describe.each(chosen)("$name", (library) => {
  test("on a good network", async () => {
    expect(await exchanges(library, { delayMs: 1 })).toMatchObject({ answers: WORDS, crashes: [] });
  });

  test("with 2 % loss and 50 ms, twice the same", async () => {
    const network = { delayMs: 50, lossRate: 0.02, seed: 7 };
    const first = await exchanges(library, network);
    expect(first).toMatchObject({ answers: WORDS, crashes: [] });
    expect((await exchanges(library, network)).answers).toEqual(WORDS);
  });

  test("with a partition of a minute in the middle", async () => {
    const { world, wire, a, b } = twoHosts();
    b.start({ main: library.serve });
    const answers = await a.run(async () => {
      const client = await library.open();
      const first = await client.exchange("before");
      const outage = wire.cut();
      setTimeout(() => outage[Symbol.dispose](), 60_000);
      await pause(1000);
      // Its own way of meeting it: it waits as long as TCP does, connects anew, or gives up.
      const second = await Promise.race([client.exchange("during").catch((error: Error) => error), pause(180_000)]);
      const tookMs = world.nowNs / 1e6;
      await pause(120_000);
      const third = await client.exchange("after").catch((error: Error) => error.message);
      client.close();
      return { first, isAnswered: second === "DURING" || second instanceof Error, tookMs, third };
    });
    expect(answers).toMatchObject({ first: "BEFORE", isAnswered: true, third: "AFTER" });
    expect(answers.tookMs).toBeGreaterThan(5000);
    expect(world.result().crashes).toEqual([]);
  });
});
