/**
 * The connections of a listening socket that wait for accept(2), in the order in which they were made.
 *
 * Read first: listen(2). As on Linux a queue takes connections until it holds more than the backlog, so one more than
 * was asked for.
 */
import { Ring } from "../base/ring.ts";
import type { Socket } from "./socket.ts";

export class AcceptQueue {
  backlogMax: number;
  readonly #sockets: Ring<Socket> = new Ring<Socket>();

  constructor(backlogMax: number) {
    this.backlogMax = backlogMax;
  }

  get length(): number {
    return this.#sockets.length;
  }

  get isFull(): boolean {
    return this.#sockets.length > this.backlogMax;
  }

  push(socket: Socket): void {
    this.#sockets.push(socket);
  }

  shift(): Socket | undefined {
    return this.#sockets.shift();
  }

  [Symbol.iterator](): Iterator<Socket> {
    return this.#sockets[Symbol.iterator]();
  }
}
