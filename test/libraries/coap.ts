/** coap over UDP: a confirmable message is sent again, ever later, until it is acknowledged. */
import coapJs from "coap";
import { type Client, type Library, PORT, type Tell } from "./library.ts";

const serve = (): void => {
  coapJs.createServer((request, response) => response.end(request.url.slice(1).toUpperCase())).listen(PORT);
};

const open = (tell: Tell): Client => {
  const agent = new coapJs.Agent();
  return {
    exchange: (word) =>
      new Promise((resolve, reject) => {
        const request = coapJs.request({
          host: "b",
          port: PORT,
          pathname: `/${word}`,
          confirmable: true,
          retrySend: 5,
          agent,
        });
        request.on("response", (response) => resolve(String(response.payload)));
        request.on("timeout", (error: Error) => reject(error));
        request.on("error", reject);
        request.end();
        (request as unknown as { sender: NodeJS.EventEmitter }).sender.on("sending", () => tell("sending"));
      }),
    close: () => agent.close(),
  };
};

export const coap: Library = {
  name: "coap",
  serve,
  open,
  partition: ["2 s: sending", "7 s: sending", "17 s: sending", "36 s: sending", "73 s: sending", "73 s: DURING"],
};
