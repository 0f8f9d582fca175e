/**
 * The small services of inetd(8): what each says on a connection, and in answer to a datagram.
 *
 * Read first: RFC 862 (echo), 863 (discard), 864 (chargen), 867 (daytime), 868 (time), 866 (systat), 1288 (finger).
 */
import { MSG_NOSIGNAL } from "../../../abi/socket.ts";
import type { Sys } from "../../../kernel/sys/sys.ts";
import { dateText } from "../date.ts";
import { lines } from "../lines.ts";
import { programOutput } from "./program-output.ts";

export interface SmallService {
  readonly name: string;
  /** Where /etc/services has none. */
  readonly port: number;
  /** Serves a connection; when it returns, the connection is closed. */
  talk(sys: Sys, fd: number): Promise<void>;
  /** The answer to a datagram, the turn-th one; undefined: none. Without it there is no service for datagrams. */
  answer?(sys: Sys, data: Uint8Array, turn: number): Promise<Uint8Array | undefined> | Uint8Array | undefined;
}

const PIECE_BYTES = 4096;
/** RFC 868: 1900 is so many seconds before 1970. */
const SECONDS_1900_TO_1970 = 2_208_988_800;
/** RFC 864: ninety-five characters of ASCII can be printed, and a line has seventy-two. */
const PRINTABLE = 95;
const LINE_CHARACTERS = 72;
/** So many lines are written at a time. */
const LINES = 16;

const echo: SmallService = {
  name: "echo",
  port: 7,
  async talk(sys, fd) {
    const buffer = new Uint8Array(PIECE_BYTES);
    for (let bytes = await sys.read(fd, buffer); bytes > 0; bytes = await sys.read(fd, buffer)) {
      await sys.send(fd, buffer.subarray(0, bytes), MSG_NOSIGNAL);
    }
  },
  answer: (_sys, data) => data,
};

const discard: SmallService = {
  name: "discard",
  port: 9,
  async talk(sys, fd) {
    const buffer = new Uint8Array(PIECE_BYTES);
    while ((await sys.read(fd, buffer)) > 0);
  },
  answer: () => undefined,
};

/** RFC 864: a line of the pattern, which begins one character later each time. */
export function chargenLine(turn: number): string {
  const characters = Array.from({ length: LINE_CHARACTERS }, (_, at) =>
    String.fromCharCode(32 + ((turn + at) % PRINTABLE)),
  );
  return `${characters.join("")}\r\n`;
}

const chargen: SmallService = {
  name: "chargen",
  port: 19,
  async talk(sys, fd) {
    for (let turn = 0; ; turn += LINES) {
      const text = Array.from({ length: LINES }, (_, at) => chargenLine(turn + at)).join("");
      await sys.send(fd, text, MSG_NOSIGNAL);
    }
  },
  answer: (_sys, _data, turn) => new TextEncoder().encode(chargenLine(turn)),
};

function daytimeText(sys: Sys): string {
  return `${dateText(sys.clockGettime("CLOCK_REALTIME").seconds)}\r\n`;
}

const daytime: SmallService = {
  name: "daytime",
  port: 13,
  talk: async (sys, fd) => void (await sys.send(fd, daytimeText(sys), MSG_NOSIGNAL)),
  answer: (sys) => new TextEncoder().encode(daytimeText(sys)),
};

/** RFC 868: seconds since 1900, in four bytes; they begin again in 2036. */
function timeBytes(sys: Sys): Uint8Array {
  const bytes = new Uint8Array(4);
  const { seconds } = sys.clockGettime("CLOCK_REALTIME");
  new DataView(bytes.buffer).setUint32(0, (seconds + SECONDS_1900_TO_1970) % 0x1_0000_0000);
  return bytes;
}

const time: SmallService = {
  name: "time",
  port: 37,
  talk: async (sys, fd) => void (await sys.send(fd, timeBytes(sys), MSG_NOSIGNAL)),
  answer: timeBytes,
};

/** A service that says what a program prints. */
function spoken(name: string, port: number, program: string, args: readonly string[]): SmallService {
  const text = async (sys: Sys): Promise<string> => (await programOutput(sys, program, args)).replaceAll("\n", "\r\n");
  return {
    name,
    port,
    talk: async (sys, fd) => void (await sys.send(fd, await text(sys), MSG_NOSIGNAL)),
  };
}

const finger: SmallService = {
  name: "finger",
  port: 79,
  /** RFC 1288 §2.3: a line with the name of a user, or an empty one, is answered, and the connection closed. */
  async talk(sys, fd) {
    for await (const line of lines(sys, fd)) {
      const user = line.replace(/^\/W */, "").trim();
      const text = await programOutput(sys, "/bin/ps", ["-e", "-f"]);
      const [head = "", ...rows] = text.trimEnd().split("\n");
      const shown = rows.filter((row) => user === "" || row.split(/\s+/)[0] === user);
      const answer = shown.length === 0 ? [`finger: ${user}: no such user.`] : [head, ...shown];
      await sys.send(fd, answer.map((one) => `${one}\r\n`).join(""), MSG_NOSIGNAL);
      return;
    }
  },
};

/** The first five are those that inetd offers when it is not told which. */
export const SERVICES: readonly SmallService[] = [
  echo,
  discard,
  daytime,
  chargen,
  time,
  spoken("systat", 11, "/bin/ps", ["-e", "-f"]),
  spoken("netstat", 15, "/bin/netstat", ["-an"]),
  finger,
];
