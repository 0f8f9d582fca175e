/** undici's coarse timers, of which its module has one set for all processes: they go on whoever has ended. */
import "netloom/register";
import net from "node:net";
import os from "node:os";
import type { Host } from "netloom";
import { Agent, request } from "undici";
import { expect, test } from "vitest";
import { twoHosts } from "./two-hosts.ts";

/** Accepts, and never answers. */
const silent = (): unknown => net.createServer(() => {}).listen(80);

/** A request that is given up after three seconds: how long that took, and as whom the process went on. */
function asking(host: Host): Promise<string> {
  return host.run(async () => {
    const dispatcher = new Agent({ headersTimeout: 3000 });
    // A promise would bring the context of who awaits it back by itself.
    return await new Promise((resolve) => {
      dispatcher.on("disconnect", (_origin, _targets, error) =>
        resolve(`${(error as NodeJS.ErrnoException).code} on ${os.hostname()} in ${Math.round(process.uptime())} s`),
      );
      request("http://b/", { dispatcher }).catch(() => {});
    });
  });
}

test("in one world after the other", async () => {
  for (const _ of [1, 2]) {
    const { a, b } = twoHosts();
    b.start({ main: silent });
    expect(await asking(a)).toMatch(/^UND_ERR_HEADERS_TIMEOUT on a in [34] s$/);
  }
});

test("after the process that began them was killed", async () => {
  const { a, b } = twoHosts();
  b.start({ main: silent });
  const first = a.start({
    main: () => void request("http://b/", { dispatcher: new Agent({ headersTimeout: 60_000 }) }).catch(() => {}),
  });
  const killed = a.run(async () => {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    first.kill("SIGKILL");
  });
  expect(await asking(a)).toMatch(/^UND_ERR_HEADERS_TIMEOUT on a in [34] s$/);
  await killed;
});

test("and what they set off belongs to the process whose socket it is", async () => {
  const { a, b } = twoHosts();
  b.start({ main: silent });
  // The ticks are those of b, which asks itself first.
  expect(await Promise.all([asking(b), asking(a)])).toEqual([
    expect.stringMatching(/ on b in [34] s$/),
    expect.stringMatching(/ on a in [34] s$/),
  ]);
});
