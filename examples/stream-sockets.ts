/**
 * Stream sockets: a passive process that listens, and an active one on another host that connects.
 *
 * Run it: npx netloom run examples/stream-sockets.ts
 *
 * Manual pages: tcp(7), socket(2), bind(2), listen(2), accept(2), connect(2), shutdown(2).
 */
import { AF_INET, SHUT_WR, SOCK_STREAM, type Sys, type World } from "netloom";

const STDOUT = 1;
const SERVICE = { address: "10.0.0.1", port: 7 };

/** Passive: waits for a connection request, and answers on the new socket that accept() gives. */
async function passive(sys: Sys): Promise<void> {
  const s = sys.socket(AF_INET, SOCK_STREAM);
  sys.bind(s, SERVICE);
  sys.listen(s, 5);
  const { fd: ns, address } = await sys.accept(s);
  await sys.write(STDOUT, `passive: connected with ${"address" in address ? address.address : "nobody"}\n`);
  const question = await readAll(sys, ns);
  await sys.send(ns, question.toUpperCase());
  sys.close(ns);
  sys.close(s);
}

/** Active: sends a connection request. The kernel chooses its address and port. */
async function active(sys: Sys): Promise<void> {
  const s = sys.socket(AF_INET, SOCK_STREAM);
  await sys.connect(s, SERVICE);
  // A stream has no boundaries: the two pieces arrive as one.
  await sys.send(s, "hello, ");
  await sys.send(s, "stream");
  // The other end reads its end, and this one still receives.
  sys.shutdown(s, SHUT_WR);
  await sys.write(STDOUT, `active: the answer is "${await readAll(sys, s)}"\n`);
  sys.close(s);
}

/** Reads until the other end sends no more. */
async function readAll(sys: Sys, fd: number): Promise<string> {
  const buffer = new Uint8Array(100);
  let text = "";
  for (let bytes = await sys.recv(fd, buffer); bytes > 0; bytes = await sys.recv(fd, buffer)) {
    text += new TextDecoder().decode(buffer.subarray(0, bytes));
  }
  return text;
}

export default async function streamSockets(world: World): Promise<void> {
  const cable = world.cable({ delayMs: 10 });
  const alice = world.host("alice");
  const bob = world.host("bob");
  alice.attach(cable, "10.0.0.1/24");
  bob.attach(cable, "10.0.0.2/24");
  alice.spawn("passive", passive);
  bob.spawn("active", active);
  await world.run();
}
