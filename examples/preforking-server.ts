/**
 * A pre-forking server: the parent accepts connections and passes the descriptors to workers that it forked beforehand.
 *
 *     clients ──connect──▶ /tmp/server ──accept── parent ──SCM_RIGHTS──▶ worker 0
 *                                                        └────────────▶ worker 1
 *
 * A worker that is free says so with a byte on its own socket pair; a connection goes to the first that did.
 *
 * Run it: npx netloom run examples/preforking-server.ts
 */
import { AF_UNIX, POLLIN, SOCK_SEQPACKET, SOCK_STREAM, type Sys, type World } from "netloom";

const STDOUT = 1;
const SERVER = { path: "/tmp/server" };
const WORKERS = 2;
const CLIENTS = 5;

async function parent(sys: Sys): Promise<void> {
  const listener = sys.socket(AF_UNIX, SOCK_STREAM);
  sys.bind(listener, SERVER);
  sys.listen(listener, CLIENTS);

  const workers: number[] = [];
  for (let number = 0; number < WORKERS; number++) {
    const [ours, theirs] = sys.socketpair(AF_UNIX, SOCK_SEQPACKET);
    // Taken now: the child runs when the parent waits, and shares its variables, which no real child would.
    const inherited = [listener, ours, ...workers];
    sys.fork(async (sys) => {
      for (const fd of inherited) sys.close(fd);
      await worker(sys, number, theirs);
    });
    sys.close(theirs);
    workers.push(ours);
  }

  for (let i = 0; i < CLIENTS; i++) {
    const { fd } = await sys.accept(listener);
    const free = await firstFree(sys, workers);
    await sys.sendmsg(free, { data: "a connection", rights: [fd] });
    // The worker has the connection now: it lives on when the parent closes its own descriptor.
    sys.close(fd);
  }

  // When it is free again, the end of its socket pair tells each worker that there is no more work.
  for (const fd of workers) {
    await sys.read(fd, new Uint8Array(1));
    sys.close(fd);
  }
  for (let i = 0; i < WORKERS; i++) await sys.wait();
}

/** Waits until a worker says that it is free. */
async function firstFree(sys: Sys, workers: readonly number[]): Promise<number> {
  const watched = workers.map((fd) => ({ fd, events: POLLIN, revents: 0 }));
  await sys.poll(watched);
  const { fd } = watched.find(({ revents }) => revents !== 0) as { fd: number };
  await sys.read(fd, new Uint8Array(1));
  return fd;
}

/** Serves the connections that it is given; the work takes a second. */
async function worker(sys: Sys, number: number, work: number): Promise<void> {
  const buffer = new Uint8Array(100);
  for (;;) {
    await sys.write(work, "f");
    const { bytes, rights } = await sys.recvmsg(work, buffer);
    const [connection] = rights;
    if (bytes === 0 || connection === undefined) return;
    const length = await sys.read(connection, buffer);
    await sys.sleep(1);
    const request = new TextDecoder().decode(buffer.subarray(0, length));
    await sys.write(connection, `${request}, served by worker ${number}`);
    sys.close(connection);
  }
}

async function client(sys: Sys, name = ""): Promise<void> {
  const s = sys.socket(AF_UNIX, SOCK_STREAM);
  await sys.connect(s, SERVER);
  await sys.write(s, `request of ${name}`);
  const buffer = new Uint8Array(100);
  const bytes = await sys.read(s, buffer);
  const { seconds } = sys.clockGettime("CLOCK_MONOTONIC");
  await sys.write(STDOUT, `${new TextDecoder().decode(buffer.subarray(0, bytes))} after ${seconds} s\n`);
  sys.close(s);
}

export default async function preforkingServer(world: World): Promise<void> {
  const alice = world.host("alice");
  alice.spawn("server", parent);
  for (let i = 1; i <= CLIENTS; i++) alice.spawn(`client${i}`, client, { args: [`client ${i}`] });
  await world.run();
}
