/** Scenarios of node:timers/promises, and of arguments that Node refuses where the time and chance are asked for. */
import crypto from "node:crypto";
import { getEventListeners } from "node:events";
import timersPromises from "node:timers/promises";
import { failureOf, pause, type Scenario } from "./stage.ts";

/** The order in which things that are set at the same moment happen. */
export const order =
  (set: (note: (text: string) => () => void) => void): Scenario =>
  async (stage) => {
    set((text) => () => stage.note("order", text));
    await pause(20);
  };

export const timerPromises: Readonly<Record<string, Scenario>> = {
  "are promises of immediates that are aborted": async () => {
    const controller = new AbortController();
    const failures = [
      failureOf(timersPromises.setImmediate(null, { signal: controller.signal })),
      failureOf(timersPromises.setImmediate(null, { signal: AbortSignal.abort() })),
    ];
    controller.abort("why");
    return await Promise.all(failures);
  },
  "leave no listener at a signal": async () => {
    const { signal } = new AbortController();
    await timersPromises.setTimeout(1, null, { signal });
    await timersPromises.setImmediate(null, { signal });
    for await (const _ of timersPromises.setInterval(1, null, { signal })) break;
    return getEventListeners(signal, "abort").length;
  },
  "refuse what are no options of promises": async () => {
    const failures: unknown[] = [];
    for (const options of [5, null, [], "x", { ref: "x" }, { signal: 5 }, { signal: {} }] as never[]) {
      failures.push(
        await failureOf(timersPromises.setTimeout(1, null, options)),
        await failureOf(timersPromises.setImmediate(null, options)),
        await failureOf(timersPromises.setInterval(1, null, options)[Symbol.asyncIterator]().next()),
      );
    }
    return failures;
  },
  "refuse what is no delay of a promise": async () => [
    await failureOf(timersPromises.setTimeout("2" as never)),
    await failureOf(timersPromises.setTimeout("2" as never, null, { signal: AbortSignal.abort() })),
    await failureOf(
      timersPromises
        .setInterval("2" as never)
        [Symbol.asyncIterator]()
        .next(),
    ),
    await failureOf(timersPromises.scheduler.wait("2" as never)),
  ],
  "let other immediates run when a scheduler yields": order((note) => {
    setImmediate(note("before"));
    void timersPromises.scheduler.yield().then(note("yielded"));
    setImmediate(note("after"));
  }),
  "refuse what is no time or no delay": async () => {
    const attempts = [
      ...[-1, "x", undefined, 1.5, 2 ** 32].map((delay) => () => AbortSignal.timeout(delay as never)),
      ...[5, [1], null, "x"].map((time) => () => process.hrtime(time as never)),
    ];
    return await Promise.all(attempts.map((attempt) => failureOf(() => void attempt())));
  },
  "refuse what is no option of chance": async () => [
    await failureOf(() => void crypto.randomUUID(5 as never)),
    await failureOf(() => void crypto.randomUUID({ disableEntropyCache: 1 } as never)),
    await failureOf(() => void (crypto.getRandomValues as () => void)()),
    await failureOf(() => void (crypto.webcrypto.getRandomValues as () => void)()),
    await failureOf(() => void globalThis.crypto.getRandomValues(new Float32Array(1) as never)),
    crypto.randomUUID({ disableEntropyCache: true }).length,
  ],
};
