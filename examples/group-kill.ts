/**
 * Group kill and SIGCHLD: a parent puts three workers into a process group, ends them all with one signal, and collects
 * them in a handler of SIGCHLD. One worker cleans up first.
 *
 * Run it:   npx netloom run examples/group-kill.ts
 * Manual pages: setpgid(2), killpg(3), sigaction(2), wait(2), credentials(7).
 */
import {
  type Program,
  SIG_DFL,
  SIGCHLD,
  SIGTERM,
  type Sys,
  signalName,
  WEXITSTATUS,
  WIFEXITED,
  WNOHANG,
  type World,
  WTERMSIG,
} from "netloom";

const STDOUT = 1;

/** Works until it is told to end. */
const worker: Program = async (sys) => {
  sys.signal(SIGCHLD, SIG_DFL); // the handler is the parent's business
  await sys.sleep(60);
};

/** Works as well, and tidies up before it ends. */
const carefulWorker: Program = async (sys) => {
  sys.signal(SIGTERM, async (_signo, _info, own) => {
    await own.sleep(2); // tidying up takes time
    await own.exit(0);
  });
  await worker(sys);
};

async function parent(sys: Sys): Promise<void> {
  let living = 0;
  sys.signal(SIGCHLD, async () => {
    // SIGCHLD is pending once, however many children have ended: collect all.
    while (living > 0) {
      const { pid, status } = await sys.waitpid(-1, WNOHANG);
      if (pid === 0) return;
      living--;
      const how = WIFEXITED(status)
        ? `exited with ${WEXITSTATUS(status)}`
        : `was ended by ${signalName(WTERMSIG(status))}`;
      const { seconds } = sys.clockGettime("CLOCK_MONOTONIC");
      await sys.write(STDOUT, `at ${seconds} s: worker ${pid} ${how}\n`);
    }
  });

  const workers = [worker, carefulWorker, worker].map((program) => sys.fork(program));
  const group = workers[0] as number;
  for (const pid of workers) sys.setpgid(pid, group);
  living = workers.length;

  await sys.sleep(5);
  await sys.write(STDOUT, `ending group ${group}\n`);
  await sys.killpg(group, SIGTERM);
  while (living > 0) await sys.pause().catch(() => {});
}

/** One machine, one program and its children. */
export default function groupKill(world: World): void {
  world.host("alice").spawn("parent", parent);
}
