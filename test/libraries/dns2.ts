/** dns2 over UDP, server and client: a question is sent once and waits ten seconds, so who asks asks again, as resolvers do. */
import dns2Library from "dns2";
import { type Client, type Library, PORT, type Tell } from "./library.ts";

const { Packet, UDPClient } = dns2Library;
const TRIES = 20;

/** A text of a name is the name in capitals. */
const serve = (): void => {
  const server = dns2Library.createServer({
    udp: true,
    handle: (request, send) => {
      const response = Packet.createResponseFromRequest(request);
      const [{ name } = { name: "" }] = request.questions;
      const { TXT } = Packet.TYPE;
      (response.answers as object[]).push({
        name,
        type: TXT,
        class: Packet.CLASS.IN,
        ttl: 300,
        data: name.toUpperCase(),
      });
      send(response);
    },
  });
  void server.listen({ udp: { port: PORT, address: "0.0.0.0" } });
};

const open = (tell: Tell): Client => {
  const resolve = UDPClient({ dns: "10.0.0.2", port: PORT });
  return {
    exchange: async (word) => {
      for (let tries = 0; ; tries++) {
        try {
          const { answers } = await resolve(word, "TXT");
          return String((answers[0] as { data?: unknown } | undefined)?.data);
        } catch (error) {
          if (tries === TRIES) throw error;
          tell((error as Error).message);
        }
      }
    },
    close: () => {},
  };
};

export const dns2: Library = {
  name: "dns2",
  serve,
  open,
  partition: [
    ...[10, 20, 30, 40, 50, 60].map((seconds) => `${seconds} s: DNS query timed out after 10000ms`),
    "60 s: DURING",
  ],
};
