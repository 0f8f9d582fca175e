/**
 * The collector of sockets that nothing but messages in flight refers to.
 *
 *     a's queue: [ rights: b ]     b's queue: [ rights: a ]     no process has a or b: nobody will ever receive either
 *
 * Read first: Linux's net/unix/garbage.c. Candidates are sockets all of whose references are in flight. What candidates'
 * own queues hold is subtracted; a candidate that is still referred to can be received by somebody, and so can whatever
 * waits in its queue, and so on. The messages of the rest are thrown away. Runs when a Unix-domain socket is closed.
 */
import type { OpenFile } from "../file/open-file.ts";
import type { ReceiveBuffer } from "../socket/receive-buffer.ts";
import { Socket } from "../socket/socket.ts";
import type { InFlight } from "./in-flight.ts";

/** Throws away what can't be received any more; answers how many sockets were collected. */
export function collect({ sockets }: InFlight): number {
  const outside = new Map<OpenFile, number>();
  for (const [file, inFlight] of sockets) if (file.references === inFlight) outside.set(file, inFlight);
  if (outside.size === 0) return 0;
  for (const file of [...outside.keys()]) {
    for (const held of heldBy(file)) {
      const count = outside.get(held);
      if (count !== undefined) outside.set(held, count - 1);
    }
  }
  const reachable = [...outside].filter(([, count]) => count > 0).map(([file]) => file);
  for (const file of reachable) outside.delete(file);
  for (let file = reachable.pop(); file !== undefined; file = reachable.pop()) {
    for (const held of heldBy(file)) if (outside.delete(held)) reachable.push(held);
  }
  // All queues are emptied first: discarding rights closes sockets, and no peer is to hear that something was not read.
  const garbage = [...outside.keys()].flatMap((file) => [...buffersOf(file)]).flatMap((buffer) => buffer.drain());
  for (const rights of garbage) rights.discard();
  return outside.size;
}

/** The files that wait to be received from a socket. */
function* heldBy(file: OpenFile): Generator<OpenFile> {
  for (const buffer of buffersOf(file)) for (const rights of buffer.rights()) yield* rights.files;
}

/** The queue of a socket, and those of connections that it has not accepted. */
function* buffersOf({ ops }: OpenFile): Generator<ReceiveBuffer> {
  if (!(ops instanceof Socket)) return;
  yield ops.receiveBuffer;
  for (const connection of ops.acceptQueue ?? []) yield connection.receiveBuffer;
}
