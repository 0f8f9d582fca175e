/** ioredis, and a server of RESP that knows INFO and ECHO. */
import net from "node:net";
import { Redis } from "ioredis";
import { type Client, type Library, PORT, type Tell } from "./library.ts";

const serve = (): void => {
  net
    .createServer((socket) => {
      socket.on("error", () => socket.destroy());
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

/** It gives a silent connection up, connects anew, and sends what was not answered again. */
const open = (tell: Tell): Client => {
  const redis = new Redis({
    host: "b",
    port: PORT,
    socketTimeout: 10_000,
    connectTimeout: 5000,
    retryStrategy: () => 5000,
    maxRetriesPerRequest: null,
    disableClientInfo: true,
  } as never);
  redis.on("error", (error) => tell(error.message));
  redis.on("ready", () => tell("ready"));
  return { exchange: async (word) => String(await redis.call("ECHO", word)), close: () => redis.disconnect() };
};

export const redis: Library = {
  name: "ioredis",
  serve,
  open,
  partition: [
    "10 s: Socket timeout. Expecting data, but didn't receive any in 10000ms.",
    "20 s: connect ETIMEDOUT",
    "30 s: connect ETIMEDOUT",
    "38 s: connect EHOSTUNREACH 10.0.0.2:8000",
    "46 s: connect EHOSTUNREACH 10.0.0.2:8000",
    "54 s: connect EHOSTUNREACH 10.0.0.2:8000",
    "60 s: ready",
    "60 s: DURING",
  ],
};
