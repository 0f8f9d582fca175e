/**
 * A named pipe between processes that do not know each other.
 *
 * A server makes a FIFO and reads requests from it; clients, which are not its children and were started by other users, open
 * it by its name and write. An open waits for the other side. A request fits into PIPE_BUF bytes, so that those of several
 * clients are never mixed. Each client gets its answer through a FIFO of its own. Named pipes last until they are unlinked:
 * each side removes what it has made.
 *
 * Run it: npx netloom run examples/named-pipe.ts
 *
 * Manual pages: mkfifo(3), fifo(7), open(2), unlink(2), umask(2).
 */
import { O_RDONLY, O_WRONLY, type Sys, type World } from "netloom";

const REQUESTS = "/tmp/requests";
const REQUESTS_MAX = 2;
const STDOUT = 1;

/** Reads one line; its writer has written it in one piece. */
async function readLine(sys: Sys, fd: number): Promise<string> {
  const byte = new Uint8Array(1);
  let line = "";
  for (;;) {
    await sys.read(fd, byte);
    const letter = String.fromCharCode(byte[0] ?? 0);
    if (letter === "\n") return line;
    line += letter;
  }
}

/** Answers requests such as "17 hello" into the FIFO /tmp/reply.17. */
async function server(sys: Sys): Promise<void> {
  sys.umask(0); // clients belong to other users
  sys.mkfifo(REQUESTS, 0o622); // anybody may write, nobody else reads

  const fd = await sys.open(REQUESTS, O_RDONLY); // waits for the first client
  const open = await sys.open(REQUESTS, O_WRONLY); // so that there is no end of the file between two clients
  for (let i = 0; i < REQUESTS_MAX; i++) {
    const [pid, word = ""] = (await readLine(sys, fd)).split(" ");
    const reply = await sys.open(`/tmp/reply.${pid}`, O_WRONLY);
    await sys.write(reply, `${word.toUpperCase()}\n`);
    sys.close(reply);
  }

  sys.close(open);
  sys.close(fd);
  sys.unlink(REQUESTS);
}

/** Asks the server for a word in capitals. */
async function client(sys: Sys, word: string = "hello"): Promise<void> {
  const own = `/tmp/reply.${sys.getpid()}`;
  sys.mkfifo(own, 0o600); // root's server may write it all the same

  const request = await sys.open(REQUESTS, O_WRONLY);
  await sys.write(request, `${sys.getpid()} ${word}\n`);
  sys.close(request);

  const answer = await readLine(sys, await sys.open(own, O_RDONLY));
  await sys.write(STDOUT, `user ${sys.getuid()} asked for "${word}" and got "${answer}"\n`);
  sys.unlink(own);
}

/** One machine, three programs that nobody but the FIFO's name connects. */
export default async function namedPipe(world: World): Promise<void> {
  const alice = world.host("alice");
  alice.spawn("server", server);
  alice.spawn("client", client, { uid: 1000, args: ["hello"] });
  alice.spawn("client", client, { uid: 1001, args: ["world"] });
  await world.run();
}
