/**
 * Three processes: two active ones whose connection requests wait in the queue of a passive one, which accepts them one after
 * the other. Each accept() makes a new socket (s2, s3), and the listening one goes on.
 *
 *     npm start -- examples/connection-requests.ts --lsof pictures
 *
 * draws who has what open after each call that changes it.
 */
import { AF_INET, formatLsofTree, SOCK_STREAM, type Sys, type World } from "netloom";

const SERVICE = { address: "127.0.0.1", port: 7 };

async function passive(sys: Sys): Promise<void> {
  const s = sys.socket(AF_INET, SOCK_STREAM);
  sys.bind(s, SERVICE);
  sys.listen(s, 3);
  // Busy: meanwhile the kernel makes the connections, and keeps them in the queue.
  await sys.sleep(1);
  const s2 = (await sys.accept(s)).fd;
  const s3 = (await sys.accept(s)).fd;
  for (const fd of [s2, s3]) {
    const question = new Uint8Array(100);
    const bytes = await sys.recv(fd, question);
    await sys.send(fd, `answer to ${new TextDecoder().decode(question.subarray(0, bytes))}`);
  }
  await sys.sleep(1);
}

async function active(sys: Sys): Promise<void> {
  const s = sys.socket(AF_INET, SOCK_STREAM);
  // Done as soon as the request is in the queue; that nobody has accepted it yet is not seen here.
  await sys.connect(s, SERVICE);
  await sys.send(s, `process ${sys.getpid()}`);
  const answer = new Uint8Array(100);
  const bytes = await sys.recv(s, answer);
  await sys.write(1, `${new TextDecoder().decode(answer.subarray(0, bytes))}\n`);
}

export default async function connectionRequests(world: World): Promise<string> {
  const alice = world.host("alice");
  alice.spawn("process3", passive);
  alice.spawn("process1", active);
  alice.spawn("process2", active);
  await world.run({ until: "500ms" });
  const picture = formatLsofTree(alice.lsofTree());
  await world.run();
  return picture;
}
