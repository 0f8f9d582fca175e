/**
 * Libraries that know nothing of netloom, server and client: each answers a word in capitals.
 */
import "netloom/register";
import { once } from "node:events";
import net from "node:net";
import { Aedes } from "aedes";
import axios from "axios";
import express from "express";
import fastify from "fastify";
import got from "got";
import { Redis } from "ioredis";
import mqtt from "mqtt";
import { Server as SocketIoServer } from "socket.io";
import { io } from "socket.io-client";
import * as undici from "undici";
import { WebSocket, WebSocketServer } from "ws";

/** What a client gives. */
export interface Client {
  /** Sends the word, and answers what comes back. */
  exchange(word: string): Promise<string>;
  close(): void;
}

export interface Library {
  readonly name: string;
  /** The server's main. */
  readonly serve: () => unknown;
  /** A client on another host, of the server on host "b". */
  readonly open: () => Client | Promise<Client>;
}

const PORT = 8000;
const PAGE = `http://b:${PORT}/`;
const nothing = (): void => {};

const serveExpress = (): void => {
  const app = express();
  app.get("/:word", (request: { params: { word: string } }, response: { send(text: string): void }) =>
    response.send(request.params.word.toUpperCase()),
  );
  app.listen(PORT);
};

const serveFastify = async (): Promise<void> => {
  const app = fastify();
  app.get("/:word", async (request) => (request.params as { word: string }).word.toUpperCase());
  await app.listen({ port: PORT, host: "0.0.0.0" });
};

const serveWebSocket = (): void => {
  const server = new WebSocketServer({ port: PORT });
  server.on(
    "connection",
    (socket: { on(event: string, listener: (data: unknown) => void): void; send(text: string): void }) =>
      socket.on("message", (data) => socket.send(String(data).toUpperCase())),
  );
};

const openWebSocket = async (): Promise<Client> => {
  const socket = new WebSocket(`ws://b:${PORT}/`);
  await once(socket, "open");
  const exchange = async (word: string): Promise<string> => {
    socket.send(word);
    return String((await once(socket, "message"))[0]);
  };
  return { exchange, close: () => socket.terminate() };
};

const serveSocketIo = (): void => {
  new SocketIoServer(PORT).on("connection", (socket) =>
    socket.on("word", (word: string, answer: (text: string) => void) => answer(word.toUpperCase())),
  );
};

const openSocketIo = (): Client => {
  const socket = io(PAGE, { reconnectionDelay: 1000 });
  return {
    exchange: async (word) => {
      if (!socket.connected) await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
      return await socket.emitWithAck("word", word);
    },
    close: () => void socket.disconnect(),
  };
};

/** A server of RESP that knows INFO and ECHO. */
const serveRedis = (): void => {
  net
    .createServer((socket) => {
      socket.on("data", (data) => {
        const words = String(data)
          .split("\r\n")
          .filter((line) => line !== "" && !/^[*$]\d/.test(line));
        const text = words[0]?.toUpperCase() === "ECHO" ? String(words[1]).toUpperCase() : "redis_version:7.0.0\r\n";
        socket.write(`$${text.length}\r\n${text}\r\n`);
      });
    })
    .listen(PORT);
};

const openRedis = (): Client => {
  const redis = new Redis({ host: "b", port: PORT, lazyConnect: false, disableClientInfo: true } as never);
  redis.on("error", nothing);
  return { exchange: async (word) => String(await redis.call("ECHO", word)), close: () => redis.disconnect() };
};

const serveMqtt = async (): Promise<void> => {
  const broker = await Aedes.createBroker();
  net.createServer(broker.handle).listen(PORT);
  broker.subscribe(
    "ask",
    (packet, done) => {
      const payload = String(packet.payload).toUpperCase();
      broker.publish({ cmd: "publish", topic: "answer", payload, qos: 1, retain: false, dup: false }, nothing);
      done();
    },
    nothing,
  );
};

const openMqtt = async (): Promise<Client> => {
  const client = await mqtt.connectAsync(`mqtt://b:${PORT}`, { reconnectPeriod: 1000 });
  await client.subscribeAsync("answer", { qos: 1 });
  return {
    exchange: async (word) => {
      const answer = new Promise<string>((resolve) =>
        client.once("message", (_topic, payload) => resolve(String(payload))),
      );
      await client.publishAsync("ask", word, { qos: 1 });
      return await answer;
    },
    close: () => void client.end(true),
  };
};

const asking =
  (ask: (url: string) => Promise<string>): (() => Client) =>
  () => ({
    exchange: (word) => ask(PAGE + word),
    close: nothing,
  });

export const libraries: readonly Library[] = [
  { name: "express and axios", serve: serveExpress, open: asking(async (url) => (await axios.get(url)).data) },
  { name: "express and got", serve: serveExpress, open: asking((url) => got(url).text()) },
  {
    name: "fastify and undici",
    serve: serveFastify,
    open: asking(async (url) => (await undici.request(url)).body.text()),
  },
  { name: "fastify and fetch", serve: serveFastify, open: asking(async (url) => (await fetch(url)).text()) },
  { name: "ws", serve: serveWebSocket, open: openWebSocket },
  { name: "socket.io", serve: serveSocketIo, open: openSocketIo },
  { name: "ioredis", serve: serveRedis, open: openRedis },
  { name: "mqtt and aedes", serve: serveMqtt, open: openMqtt },
];
