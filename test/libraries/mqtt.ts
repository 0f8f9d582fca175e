/** mqtt, with aedes as its broker. */
import net from "node:net";
import { Aedes } from "aedes";
import mqttClient from "mqtt";
import { type Client, type Library, nothing, PORT, type Tell } from "./library.ts";

const serve = async (): Promise<void> => {
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

/** Its keepalive notices the partition; it connects anew, and publishes anew what was not acknowledged. */
const open = async (tell: Tell): Promise<Client> => {
  const options = { clientId: "a", clean: false, keepalive: 10, reconnectPeriod: 5000, connectTimeout: 5000 };
  const client = await mqttClient.connectAsync(`mqtt://b:${PORT}`, options);
  for (const event of ["connect", "reconnect"] as const) client.on(event, () => tell(event));
  client.on("error", (error) => tell(error.message));
  await client.subscribeAsync("answer", { qos: 1 });
  return {
    exchange: async (word) => {
      const answer = new Promise<string>((resolve) =>
        client.once("message", (_topic, payload) => resolve(String(payload))),
      );
      await client.publishAsync("ask", word, { qos: 1 });
      return await answer;
    },
    close: () => client.end(true),
  };
};

export const mqtt: Library = {
  name: "mqtt and aedes",
  serve,
  open,
  partition: [
    "10 s: Keepalive timeout",
    "15 s: reconnect",
    "20 s: connack timeout",
    "25 s: reconnect",
    "30 s: connack timeout",
    "35 s: reconnect",
    "38 s: connect EHOSTUNREACH 10.0.0.2:8000",
    "43 s: reconnect",
    "46 s: connect EHOSTUNREACH 10.0.0.2:8000",
    "51 s: reconnect",
    "54 s: connect EHOSTUNREACH 10.0.0.2:8000",
    "59 s: reconnect",
    "61 s: connect",
    "61 s: DURING",
  ],
};
