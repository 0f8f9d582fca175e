/**
 * Unix-domain sockets: a receiver and a sender of datagrams, and a server and a client of a stream, unrelated processes
 * of one machine that agree on a name.
 *
 * Run it: npx netloom run examples/unix-sockets.ts
 *
 * Manual pages: unix(7), socket(2), bind(2), listen(2), accept(2), connect(2).
 */
import { AF_UNIX, SO_PEERCRED, SOCK_DGRAM, SOCK_STREAM, SOL_SOCKET, type Sys, type World } from "netloom";

const STDOUT = 1;
const DATAGRAMS = { path: "/tmp/datagrams" };
const STREAM = { path: "/tmp/stream" };

/** Receives datagrams, each whole. */
async function receiver(sys: Sys): Promise<void> {
  const s = sys.socket(AF_UNIX, SOCK_DGRAM);
  sys.bind(s, DATAGRAMS);
  const buffer = new Uint8Array(100);
  for (let i = 0; i < 2; i++) {
    const { bytes, source } = await sys.recvfrom(s, buffer);
    await sys.write(STDOUT, `"${text(buffer, bytes)}" came from ${source.path || "a socket without a name"}\n`);
  }
  sys.close(s);
}

async function sender(sys: Sys): Promise<void> {
  const s = sys.socket(AF_UNIX, SOCK_DGRAM);
  await sys.sendto(s, "first", DATAGRAMS);
  sys.bind(s, { path: "/tmp/sender" });
  await sys.sendto(s, "second", DATAGRAMS);
  sys.close(s);
}

/** Accepts one connection and says who is there. */
async function server(sys: Sys): Promise<void> {
  const listener = sys.socket(AF_UNIX, SOCK_STREAM);
  sys.bind(listener, STREAM);
  // Permission to connect is permission to write: the client is another user.
  sys.chmod(STREAM.path, 0o777);
  sys.listen(listener, 5);
  const { fd } = await sys.accept(listener);
  const { uid } = sys.getsockopt(fd, SOL_SOCKET, SO_PEERCRED);
  const buffer = new Uint8Array(100);
  const bytes = await sys.read(fd, buffer);
  await sys.write(fd, `hello user ${uid}, you said "${text(buffer, bytes)}"`);
  sys.close(fd);
  sys.close(listener);
}

async function client(sys: Sys): Promise<void> {
  const s = sys.socket(AF_UNIX, SOCK_STREAM);
  await sys.connect(s, STREAM);
  await sys.write(s, "good morning");
  const buffer = new Uint8Array(100);
  await sys.write(STDOUT, `${text(buffer, await sys.read(s, buffer))}\n`);
  sys.close(s);
}

function text(buffer: Uint8Array, bytes: number): string {
  return new TextDecoder().decode(buffer.subarray(0, bytes));
}

export default async function unixSockets(world: World): Promise<void> {
  const alice = world.host("alice");
  alice.spawn("receiver", receiver);
  alice.spawn("sender", sender);
  await world.run();

  alice.spawn("server", server);
  alice.spawn("client", client, { uid: 1000 });
  await world.run();
}
