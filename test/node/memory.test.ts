/** What a world has held is given back when it is closed, though native code of Node's leads to it. */
import "netloom/register";
import http from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { twoHosts } from "./two-hosts.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** A world in which a connection was kept alive; only this reference to it is left. */
async function kept(): Promise<WeakRef<object>> {
  const { world, a, b } = twoHosts();
  b.start({ main: () => http.createServer((_, response) => response.end("ok")).listen(80) });
  const agent = new http.Agent({ keepAlive: true });
  await a.run(
    () =>
      new Promise((resolve) => {
        http.get({ host: "b", agent }, (response) => response.resume().on("end", resolve));
      }),
  );
  await world.close();
  return new WeakRef(world);
}

test("a world with kept-alive connections of HTTP is collected when it has been closed", async () => {
  const worlds: WeakRef<object>[] = [];
  for (let i = 0; i < 5; i++) worlds.push(await kept());
  for (let i = 0; i < 20 && worlds.slice(0, 4).some((world) => world.deref() !== undefined); i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    collect();
  }
  // The last one may still be on the stack.
  expect(worlds.slice(0, 4).map((world) => world.deref() === undefined)).toEqual([true, true, true, true]);
});
