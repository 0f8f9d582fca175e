/**
 * A signal handler: a program that counts SIGINT (what Ctrl-C sends) and, after the third, lets the next one end it.
 *
 * Run it:   npx netloom run examples/signal-handler.ts
 * Manual pages: signal(7), sigaction(2), sigprocmask(2), sigsuspend(2), kill(2), wait(2).
 */
import {
  type Program,
  SIG_BLOCK,
  SIG_DFL,
  SIG_SETMASK,
  SIGINT,
  type Sys,
  signalName,
  type World,
  WTERMSIG,
} from "netloom";

const STDOUT = 1;

/** Handles three interrupts. */
const counter: Program = async (sys) => {
  let interrupts = 0;
  sys.sigaction(SIGINT, {
    handler: async (signo, { pid }) => {
      interrupts++;
      await sys.write(STDOUT, `${signalName(signo)} number ${interrupts}, from process ${pid}\n`);
    },
  });

  // A signal that comes between the test and the wait would be missed: it is blocked but while sigsuspend() waits.
  sys.sigprocmask(SIG_BLOCK, [SIGINT]);
  while (interrupts < 3) await sys.sigsuspend([]).catch(onlyInterrupted);

  sys.signal(SIGINT, SIG_DFL);
  sys.sigprocmask(SIG_SETMASK, []);
  await sys.write(STDOUT, "the next one ends me\n");
  await sys.pause();
};

/** sigsuspend() always fails: with EINTR when a handler has run. */
function onlyInterrupted(error: { readonly code: string }): void {
  if (error.code !== "EINTR") throw error;
}

/** Plays the keyboard: one Ctrl-C each second. */
async function keyboard(sys: Sys): Promise<void> {
  const child = sys.fork(counter);
  for (let i = 0; i < 4; i++) {
    await sys.sleep(1);
    await sys.kill(child, SIGINT);
  }
  const { status } = await sys.wait();
  await sys.write(STDOUT, `the child was ended by ${signalName(WTERMSIG(status))}\n`);
}

/** One machine, one program and its child. */
export default function signalHandler(world: World): void {
  world.host("alice").spawn("keyboard", keyboard);
}
