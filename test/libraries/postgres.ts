/**
 * pg, and a server that speaks enough of PostgreSQL's protocol to answer one question with parameters.
 *
 * Read first: PostgreSQL's manual, "Frontend/Backend Protocol", Message Formats. Order: the startup packet → AuthenticationOk,
 * ReadyForQuery; then Parse, Bind, Describe, Execute, Sync → their answers in that order.
 */
import net from "node:net";
import pg from "pg";
import { type Client, type Library, PORT, type Tell } from "./library.ts";

const TEXT = 25;

/** A message of the server: its letter, the length, the fields. */
function message(letter: string, ...fields: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(fields.map((field) => Buffer.from(field as string)));
  const head = Buffer.alloc(5, letter);
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const int16 = (value: number): Buffer => Buffer.from([value >> 8, value]);
const int32 = (value: number): Buffer => Buffer.concat([int16(value >>> 16), int16(value)]);

const READY = message("Z", "I");
const COLUMN = message("T", int16(1), "upper\0", int32(0), int16(0), int32(TEXT), int16(-1), int32(-1), int16(0));

/** The one parameter of a Bind: portal, statement, no or some formats, the number of parameters, length, bytes. */
function parameterOf(bind: Buffer): string {
  const formats = bind.indexOf(0, bind.indexOf(0) + 1) + 1;
  const length = formats + 2 + 2 * bind.readUInt16BE(formats) + 2;
  return bind.toString("utf8", length + 4, length + 4 + bind.readUInt32BE(length));
}

/** What is answered to each message of a client. */
class Session {
  #word = "";

  answer(letter: string, body: Buffer): readonly Buffer[] {
    if (letter === "B") this.#word = parameterOf(body).toUpperCase();
    switch (letter) {
      case "":
        return [message("R", int32(0)), message("K", int32(1), int32(2)), READY];
      case "P":
        return [message("1")];
      case "B":
        return [message("2")];
      case "D":
        return [COLUMN];
      case "E":
        return [message("D", int16(1), int32(this.#word.length), this.#word), message("C", "SELECT 1\0")];
      case "S":
        return [READY];
      default:
        return [];
    }
  }
}

const serve = (): void => {
  net
    .createServer((socket) => {
      const session = new Session();
      let isStarted = false;
      let unread: Buffer = Buffer.alloc(0);
      socket.on("error", () => socket.destroy());
      socket.on("data", (data) => {
        unread = Buffer.concat([unread, data]);
        for (;;) {
          // The first packet has no letter.
          const head = isStarted ? 1 : 0;
          if (unread.length < head + 4) return;
          const end = head + unread.readUInt32BE(head);
          if (unread.length < end) return;
          const answers = session.answer(unread.toString("latin1", 0, head), unread.subarray(head + 4, end));
          if (answers.length > 0) socket.write(Buffer.concat(answers));
          unread = unread.subarray(end);
          isStarted = true;
        }
      });
    })
    .listen(PORT);
};

/** A query has a limit; the pool drops the client whose query failed, and makes a new one when it is asked again. */
const open = (tell: Tell): Client => {
  const pool = new pg.Pool({
    host: "b",
    port: PORT,
    user: "netloom",
    database: "netloom",
    max: 1,
    connectionTimeoutMillis: 5000,
    query_timeout: 10_000,
    ssl: false,
  });
  pool.on("connect", () => tell("connect"));
  pool.on("remove", () => tell("remove"));
  pool.on("error", (error: Error) => tell(`error ${error.message}`));
  return {
    exchange: async (word) => (await pool.query("select upper($1)", [word])).rows[0].upper,
    close: () => pool.end(),
  };
};

export const postgres: Library = {
  name: "pg",
  serve,
  open,
  partition: ["10 s: Error: Query read timeout", "10 s: remove"],
};
