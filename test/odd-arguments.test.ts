/** Whatever is given to a call, it answers, or fails with an errno, thrown or in its promise; nothing else comes out of the kernel. */
import { AF_UNIX, O_CREAT, O_RDWR, SOCK_STREAM, type Sys, SystemError } from "netloom";
import { Door } from "netloom/kernel";
import { expect, test } from "vitest";
import { oneHost, runProgram } from "./support/world.ts";

const ODD: readonly unknown[] = [
  Symbol("odd"),
  10n,
  Number.NaN,
  2 ** 40,
  -1,
  1.5,
  Number.POSITIVE_INFINITY,
  "text",
  "",
  "\0",
  null,
  undefined,
  {},
  Object.create(null),
  [],
  [Symbol("odd")],
  new Uint8Array(2),
  true,
];

/** These never come back, or are for another purpose. */
const LEFT_OUT = new Set(["constructor", "exit", "external", "exec", "pause", "sigsuspend", "refuse"]);

function callsOf(): string[] {
  const names = new Set<string>();
  for (let each = Door.prototype; each !== Object.prototype; each = Object.getPrototypeOf(each)) {
    for (const name of Object.getOwnPropertyNames(each)) names.add(name);
    if (Object.getPrototypeOf(Object.getPrototypeOf(each)) === Object.prototype) break;
  }
  const internal = new Set(["now", "later", "enter", "left", "deadline", "refuse"]);
  return [...names].filter((name) => !LEFT_OUT.has(name) && !internal.has(name)).sort();
}

/** What comes out of one call: undefined when it is as it should be. */
async function complaint(sys: Sys, call: string, args: readonly unknown[]): Promise<string | undefined> {
  const method = (sys as unknown as Record<string, unknown>)[call];
  if (typeof method !== "function") return undefined;
  let isSync = true;
  try {
    const result = method.apply(sys, args);
    isSync = false;
    if (typeof result !== "object" || result === null || !("then" in result)) return undefined;
    result.then(undefined, () => {});
    await Promise.race([result, sys.sleep(0.001)]);
    return undefined;
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    return `${call}(${args.map(String).join(", ")}) ${isSync ? "threw" : "was rejected with"} ${error}`;
  }
}

test("a Symbol, a BigInt and their like are EINVAL, thrown or in the promise", async () => {
  await runProgram(async (sys) => {
    const odd = Symbol("odd") as never;
    const [a] = sys.socketpair(AF_UNIX, SOCK_STREAM);
    expect(() => sys.pipe2(odd)).toThrow("EINVAL");
    expect(() => sys.pipe2(8n as never)).toThrow("EINVAL");
    await expect(sys.recv(a, new Uint8Array(1), odd)).rejects.toThrow("EINVAL");
    await expect(sys.open("/tmp/x", odd)).rejects.toThrow("EINVAL");
    await expect(sys.open("/tmp/x", O_CREAT | O_RDWR, 5n as never)).rejects.toThrow("EINVAL");
    return 0;
  });
});

test("every call with every odd argument in each place", async () => {
  const complaints: string[] = [];
  for (const call of callsOf()) {
    const { world, alice } = oneHost({ livelockCalls: 1e9 });
    alice.spawn("program", async (sys) => {
      for (const odd of ODD) {
        for (const args of [[odd], [0, odd], [3, odd, odd], ["/tmp/x", odd, odd], [3, new Uint8Array(4), odd, odd]]) {
          const found = await complaint(sys, call, args);
          if (found !== undefined) complaints.push(found);
        }
      }
      return 0;
    });
    await world.run({ until: "1h" }).catch((error: unknown) => complaints.push(`${call}: ${error}`));
    await world.close();
  }
  expect(complaints).toEqual([]);
});
