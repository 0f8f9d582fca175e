/**
 * Stop and continue: a child counts seconds; its parent stops it for a while, and learns of all that by waitpid().
 *
 * Run it:   npx netloom run examples/stop-and-continue.ts
 * Manual pages: signal(7), kill(2), wait(2).
 */
import {
  type Program,
  SIGCONT,
  SIGSTOP,
  SIGTERM,
  type Sys,
  signalName,
  WCONTINUED,
  WIFCONTINUED,
  WIFSTOPPED,
  type World,
  WSTOPSIG,
  WTERMSIG,
  WUNTRACED,
} from "netloom";

const STDOUT = 1;

/** Counts the seconds in which it runs. */
const counter: Program = async (sys) => {
  for (let count = 1; ; count++) {
    await sys.sleep(1);
    const { seconds } = sys.clockGettime("CLOCK_MONOTONIC");
    await sys.write(STDOUT, `count ${count} at ${seconds} s\n`);
  }
};

/** Waits until the child has changed state, and says how. */
async function report(sys: Sys, child: number): Promise<void> {
  const { status } = await sys.waitpid(child, WUNTRACED | WCONTINUED);
  if (WIFSTOPPED(status)) await sys.write(STDOUT, `stopped by ${signalName(WSTOPSIG(status))}\n`);
  else if (WIFCONTINUED(status)) await sys.write(STDOUT, "continued\n");
  else await sys.write(STDOUT, `ended by ${signalName(WTERMSIG(status))}\n`);
}

async function parent(sys: Sys): Promise<void> {
  const child = sys.fork(counter);
  await sys.sleep(2.5);
  await sys.kill(child, SIGSTOP);
  await report(sys, child);

  // It makes no progress now, whatever the clock says. The second that it was sleeping for is over meanwhile.
  await sys.sleep(10);
  await sys.kill(child, SIGCONT);
  await report(sys, child);

  await sys.sleep(2.2);
  await sys.kill(child, SIGTERM);
  await report(sys, child);
}

/** One machine, one program and its child. */
export default function stopAndContinue(world: World): void {
  world.host("alice").spawn("parent", parent);
}
