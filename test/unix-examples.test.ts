/** The examples with Unix-domain sockets print what they promise. */
import { World } from "netloom";
import { expect, test } from "vitest";
import duplexPipe from "../examples/duplex-pipe.ts";
import preforkingServer from "../examples/preforking-server.ts";
import unixSockets from "../examples/unix-sockets.ts";

/** What a scenario's programs print. */
async function printed(scenario: (world: World) => Promise<void>): Promise<string> {
  let text = "";
  const world = new World({
    console: (output) => {
      text += output.text;
    },
  });
  await scenario(world);
  return text;
}

test("duplex-pipe", async () => {
  expect(await printed(duplexPipe)).toBe("the sum is 42\nthe child's exit status was 3\n");
});

test("unix-sockets", async () => {
  expect(await printed(unixSockets)).toBe(
    `"first" came from a socket without a name
"second" came from /tmp/sender
hello user 1000, you said "good morning"
`,
  );
});

test("preforking-server", async () => {
  expect(await printed(preforkingServer)).toBe(
    `request of client 1, served by worker 0 after 1 s
request of client 2, served by worker 1 after 1 s
request of client 3, served by worker 0 after 2 s
request of client 4, served by worker 1 after 2 s
request of client 5, served by worker 0 after 3 s
`,
  );
});
