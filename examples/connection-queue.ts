/**
 * Three processes and a listening socket: a server that is busy, and two clients whose connection requests wait in its queue.
 *
 *     npm start -- examples/connection-queue.ts --lsof pictures
 *
 * draws, after each call that changes what is open, who has what open: pictures/alice-06-connect.svg has both requests in the
 * queue, and those after accept() show how a request becomes a connection.
 */
import { AF_UNIX, SOCK_STREAM, type Sys, type World } from "netloom";

const SERVICE = { path: "/tmp/service" };

async function server(sys: Sys): Promise<void> {
  const listener = sys.socket(AF_UNIX, SOCK_STREAM);
  sys.bind(listener, SERVICE);
  sys.listen(listener, 3);
  await sys.sleep(1);
  for (let served = 0; served < 2; served++) {
    const { fd } = await sys.accept(listener);
    const question = new Uint8Array(100);
    const bytes = await sys.recv(fd, question);
    await sys.send(fd, `answer to ${new TextDecoder().decode(question.subarray(0, bytes))}`);
    sys.close(fd);
  }
}

async function client(sys: Sys, delaySeconds = "0"): Promise<void> {
  await sys.sleep(Number(delaySeconds));
  const s = sys.socket(AF_UNIX, SOCK_STREAM);
  await sys.connect(s, SERVICE);
  await sys.send(s, `question of process ${sys.getpid()}`);
  const answer = new Uint8Array(100);
  const bytes = await sys.recv(s, answer);
  await sys.write(1, `${new TextDecoder().decode(answer.subarray(0, bytes))}\n`);
}

export default function scenario(world: World): void {
  const alice = world.host("alice");
  alice.spawn("server", server);
  alice.spawn("client", client, { args: ["0.1"] });
  alice.spawn("client", client, { args: ["0.2"] });
}
