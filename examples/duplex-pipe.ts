/**
 * A duplex pipe: socketpair(2) gives two descriptors, each for both directions; parent and child take one each.
 *
 *     parent  ours ◀────────▶ theirs  child
 *
 * Run it: npx netloom run examples/duplex-pipe.ts
 */
import { AF_UNIX, SHUT_WR, SOCK_STREAM, type Sys, WEXITSTATUS, type World } from "netloom";

const STDOUT = 1;

/** Asks its child to add numbers up, and reads the answer from the same descriptor. */
async function parent(sys: Sys): Promise<void> {
  const [ours, theirs] = sys.socketpair(AF_UNIX, SOCK_STREAM);
  sys.fork(async (sys) => {
    sys.close(ours);
    return child(sys, theirs);
  });
  sys.close(theirs);

  for (const number of [3, 4, 35]) await sys.write(ours, `${number}\n`);
  // The child sees the end of the numbers; its answer still comes back.
  sys.shutdown(ours, SHUT_WR);
  await sys.write(STDOUT, `the sum is ${await readAll(sys, ours)}`);
  const { status } = await sys.wait();
  await sys.write(STDOUT, `the child's exit status was ${WEXITSTATUS(status)}\n`);
}

async function child(sys: Sys, theirs: number): Promise<number> {
  const numbers = (await readAll(sys, theirs)).trim().split("\n").map(Number);
  const sum = numbers.reduce((total, number) => total + number, 0);
  await sys.write(theirs, `${sum}\n`);
  return numbers.length;
}

/** Everything up to the end of the stream. */
async function readAll(sys: Sys, fd: number): Promise<string> {
  const buffer = new Uint8Array(100);
  let text = "";
  for (;;) {
    const bytes = await sys.read(fd, buffer);
    if (bytes === 0) return text;
    text += new TextDecoder().decode(buffer.subarray(0, bytes));
  }
}

export default async function duplexPipe(world: World): Promise<void> {
  world.host("alice").spawn("parent", parent);
  await world.run();
}
