/** nodemailer and smtp-server, with STARTTLS as both do by themselves. */
import nodemailer from "nodemailer";
import { SMTPServer } from "smtp-server";
import { type Client, type Library, PORT, type Tell } from "./library.ts";

const serve = (): void => {
  const server = new SMTPServer({
    authOptional: true,
    name: "b",
    onData: (stream, _session, done) => {
      let text = "";
      stream.on("data", (data) => {
        text += data;
      });
      stream.on("end", () => done(null, /^Subject: (.*)$/m.exec(text)?.[1]?.toUpperCase() ?? ""));
    },
  });
  server.on("error", () => {});
  server.listen(PORT);
};

const open = (tell: Tell): Client => {
  const transport = nodemailer.createTransport({
    host: "b",
    port: PORT,
    name: "a",
    pool: true,
    maxConnections: 1,
    connectionTimeout: 5000,
    greetingTimeout: 5000,
    socketTimeout: 10_000,
    tls: { rejectUnauthorized: false },
  });
  transport.on("error", (error) => tell(`error ${error.message}`));
  return {
    exchange: async (word) => {
      const { response } = await transport.sendMail({
        from: "a@a",
        to: "b@b",
        subject: word,
        text: "?",
        date: new Date(),
      });
      return String(response).replace(/^250 /, "");
    },
    close: () => transport.close(),
  };
};

export const mail: Library = {
  name: "nodemailer and smtp-server",
  serve,
  open,
  partition: ["15 s: ETIMEDOUT: Connection timeout"],
};
