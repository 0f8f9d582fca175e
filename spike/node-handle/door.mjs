/**
 * Puts a handle under unmodified net and http objects, for three kinds: "real", "plain" and "jsstream".
 *
 * A server has its handle preset inside `_listen2`, so that the rest of listen() is Node's own; a client socket is
 * made with its handle, and connect() is Node's own.
 */

import { AsyncResource } from "node:async_hooks";
import net from "node:net";
import { JSStreamHandle, PlainHandle } from "./handles.mjs";
import { Network } from "./memory.mjs";
import { deliveries } from "./turns.mjs";

export const reinitializeHandle = Object.getOwnPropertySymbols(net.Socket.prototype).find(
  (symbol) => symbol.description === "kReinitializeHandle",
);
const classes = { plain: PlainHandle, jsstream: JSStreamHandle };

/** @param {"real" | "plain" | "jsstream"} kind @param {keyof typeof deliveries} [delivery] */
export function makeDoor(kind, delivery = "immediate") {
  if (kind === "real") {
    return { kind, delivery: "", prepare: (server) => server, socket: (options) => new net.Socket(options) };
  }
  const network = new Network();
  const task = { schedule: deliveries[delivery](), root: new AsyncResource("NETLOOM_PROCESS") };
  const makeHandle = () => new classes[kind](task, network.socket());

  const prepare = (server) => {
    const listen = server._listen2;
    server._listen2 = function (address, port, ...rest) {
      this._handle = makeHandle();
      this._handle.bind(address, port);
      return listen.call(this, address, port, ...rest);
    };
    return server;
  };
  const socket = (options) => {
    const made = new net.Socket(options);
    // As a patched net.Socket.prototype.connect would do: the handle is made in the context that calls connect().
    made.connect = function (...args) {
      this[reinitializeHandle](makeHandle());
      return net.Socket.prototype.connect.apply(this, args);
    };
    return made;
  };
  return { kind, delivery, network, task, prepare, socket };
}

/** An http.Agent whose sockets come from the door. */
export function makeAgent(http, door, options) {
  const agent = new http.Agent(options);
  agent.createConnection = (connectOptions) => door.socket().connect(connectOptions);
  return agent;
}
