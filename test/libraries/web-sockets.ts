/** Connections that stay: ws, which leaves it to its user to notice that one is dead, and socket.io, which does so itself. */
import { Server as SocketIoServer } from "socket.io";
import { io } from "socket.io-client";
import { WebSocket, WebSocketServer } from "ws";
import { type Client, type Library, PORT, type Tell } from "./library.ts";

/** As the documentation of ws advises: a ping from the server, and a client that gives up when none has come for too long. */
const PING_MS = 10_000;

interface Socket {
  on(event: string, listener: (data: unknown) => void): void;
  send(text: string): void;
  ping(): void;
}

const serveWs = (): void => {
  const server = new WebSocketServer({ port: PORT });
  server.on("connection", (socket: Socket) => socket.on("message", (data) => socket.send(String(data).toUpperCase())));
  setInterval(() => {
    for (const socket of server.clients) socket.ping();
  }, PING_MS);
};

const openWs = (tell: Tell): Client => {
  const connect = (): InstanceType<typeof WebSocket> => {
    const socket = new WebSocket(`ws://b:${PORT}/`, { handshakeTimeout: 5000 });
    const dead = setTimeout(() => socket.terminate(), PING_MS + 1000);
    socket.on("ping", () => dead.refresh());
    for (const event of ["open", "close"]) socket.on(event, () => tell(event));
    socket.on("error", (error: Error) => tell(error.message));
    socket.on("close", () => clearTimeout(dead));
    return socket;
  };
  let socket = connect();
  const happens = (event: string): Promise<unknown> =>
    new Promise((resolve) => {
      socket.once(event, resolve);
      socket.once("close", () => resolve(undefined));
    });
  return {
    exchange: async (word) => {
      for (;;) {
        if (socket.readyState === WebSocket.CONNECTING) await happens("open");
        if (socket.readyState === WebSocket.OPEN) {
          socket.send(word);
          const answer = await happens("message");
          if (answer !== undefined) return String(answer);
        }
        await new Promise((resolve) => setTimeout(resolve, 5000));
        socket = connect();
      }
    },
    close: () => socket.terminate(),
  };
};

const serveSocketIo = (): void => {
  new SocketIoServer(PORT, { pingInterval: 10_000, pingTimeout: 5000, connectTimeout: 5000 }).on(
    "connection",
    (socket) => socket.on("word", (word: string, answer: (text: string) => void) => answer(word.toUpperCase())),
  );
};

/** It connects anew by itself, and with `retries` sends what was not acknowledged again. */
const openSocketIo = (tell: Tell): Client => {
  const socket = io(`http://b:${PORT}/`, {
    reconnectionDelay: 5000,
    reconnectionDelayMax: 5000,
    randomizationFactor: 0,
    timeout: 5000,
    ackTimeout: 5000,
    retries: 20,
  });
  socket.on("connect", () => tell("connect"));
  socket.on("disconnect", (reason) => tell(`disconnect ${reason}`));
  socket.on("connect_error", (error) => tell(`connect_error ${error.message}`));
  return {
    exchange: (word) => socket.emitWithAck("word", word),
    close: () => socket.disconnect(),
  };
};

export const webSockets: readonly Library[] = [
  {
    name: "ws",
    serve: serveWs,
    open: openWs,
    partition: [
      "6 s: close",
      "16 s: Opening handshake has timed out",
      "16 s: close",
      "26 s: Opening handshake has timed out",
      "26 s: close",
      "36 s: Opening handshake has timed out",
      "36 s: close",
      "44 s: connect EHOSTUNREACH 10.0.0.2:8000",
      "44 s: close",
      "52 s: connect EHOSTUNREACH 10.0.0.2:8000",
      "52 s: close",
      "60 s: connect EHOSTUNREACH 10.0.0.2:8000",
      "60 s: close",
      "65 s: open",
      "65 s: DURING",
    ],
  },
  {
    name: "socket.io",
    serve: serveSocketIo,
    open: openSocketIo,
    partition: [
      "10 s: disconnect ping timeout",
      "20 s: connect_error timeout",
      "30 s: connect_error timeout",
      "37 s: connect_error xhr poll error",
      "43 s: connect_error xhr poll error",
      "51 s: connect_error xhr poll error",
      "59 s: connect_error xhr poll error",
      "64 s: connect",
      "64 s: DURING",
    ],
  },
];
