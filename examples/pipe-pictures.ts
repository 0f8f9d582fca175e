/**
 * What pipe(2), fork(2) and close(2) do, in pictures: descriptor tables and the pipe behind them, drawn from live data.
 *
 * 1. After pipe(): the parent has both ends.
 * 2. After fork(): the child has them, too.
 * 3. After close(): the child keeps the end it writes to, the parent the end it reads from.
 *
 * Run it: npx netloom run examples/pipe-pictures.ts
 *
 * `svgLsofTree(host.lsofTree())` draws the same as SVG.
 */
import { formatLsofTree, type Sys, type World } from "netloom";

/** Between two steps, so that the world can be looked at. */
const STEP_SECONDS = 1;

async function parent(sys: Sys): Promise<void> {
  const fd = sys.pipe();
  await sys.sleep(STEP_SECONDS);

  sys.fork(async function child(sys) {
    await sys.sleep(STEP_SECONDS);
    sys.close(fd[0]); // close read end of pipe
    await sys.write(fd[1], "message for parent");
    await sys.sleep(STEP_SECONDS); // so that there is something to see
  });
  await sys.sleep(STEP_SECONDS);

  sys.close(fd[1]); // close write end of pipe
  await sys.sleep(STEP_SECONDS);
  await sys.read(fd[0], new Uint8Array(100));
  await sys.wait();
}

/** Runs the program, and draws the machine in the middle of each step. */
export default async function pipePictures(world: World): Promise<void> {
  const alice = world.host("alice");
  alice.spawn("parent", parent);
  for (const [step, title] of ["after pipe()", "after fork()", "after close()"].entries()) {
    await world.run({ until: (step + 0.5) * STEP_SECONDS * 1e9 });
    const picture = `${title}\n\n${formatLsofTree(alice.lsofTree())}\n`;
    // A scenario has no console of its own: a process of the machine prints the picture.
    alice.spawn("lsof", async (sys) => {
      await sys.write(1, picture);
    });
  }
  await world.run();
}
