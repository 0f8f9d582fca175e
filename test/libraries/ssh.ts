/** ssh2: a server that runs "upper WORD", and a client whose keepalive notices that the server is gone. */
import ssh2 from "ssh2";
import { type Client, type Library, PORT, type Tell } from "./library.ts";

const { Client: SshClient, Server, utils } = ssh2;

interface Channel {
  on(event: string, listener: (data: Buffer) => void): this;
  end(text: string): void;
  exit(code: number): void;
}

const serve = (): void => {
  const { private: hostKey } = utils.generateKeyPairSync("ed25519");
  const server = new Server({ hostKeys: [hostKey] }, (connection: InstanceType<typeof SshClient>) => {
    connection.on("error", () => {});
    connection.on("authentication", (context: { accept(): void }) => context.accept());
    connection.on("session", (accept: () => InstanceType<typeof SshClient>) =>
      accept().on("exec", (acceptExec: () => Channel, _reject: unknown, info: { command: string }) => {
        const channel = acceptExec();
        channel.exit(0);
        channel.end(info.command.replace("upper ", "").toUpperCase());
      }),
    );
  });
  server.listen(PORT);
};

const open = (tell: Tell): Client => {
  let connected: Promise<InstanceType<typeof SshClient>> | undefined;
  const connect = (): Promise<InstanceType<typeof SshClient>> =>
    new Promise((resolve, reject) => {
      const client = new SshClient();
      client.on("ready", () => {
        tell("ready");
        resolve(client);
      });
      client.on("error", (error: Error & { level: string }) => {
        tell(`${error.level}: ${error.message}`);
        reject(error);
      });
      client.on("close", () => {
        tell("close");
        connected = undefined;
      });
      client.connect({
        host: "b",
        port: PORT,
        username: "netloom",
        keepaliveInterval: 5000,
        keepaliveCountMax: 2,
        readyTimeout: 10_000,
      });
    });
  return {
    exchange: async (word) => {
      connected ??= connect();
      const client = await connected;
      return await new Promise((resolve, reject) => {
        client.exec(`upper ${word}`, (error: Error | undefined, channel: Channel) => {
          if (error !== undefined) return reject(error);
          let text = "";
          channel.on("data", (data) => {
            text += data;
          });
          channel.on("close", () => resolve(text));
        });
      });
    },
    close: async () => (await connected)?.end(),
  };
};

export const ssh: Library = {
  name: "ssh2",
  serve,
  open,
  partition: ["10 s: client-timeout: Keepalive timeout", "10 s: close", "10 s: Error: No response from server"],
};
