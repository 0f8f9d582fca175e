/**
 * Asking name servers, as c-ares does: by UDP, each server in turn, again and again and ever longer; by TCP what does not fit.
 *
 * Read first: ares_send(3), ares_init_options(3); RFC 1035 §4.2. The sockets are Node's, of the process that asks.
 */
import dgram from "node:dgram";
import net from "node:net";
import { emitQuestion, parseResponse, type Response, TYPES } from "../../wire/dns.ts";
import type { Found, Type } from "./dns-records.ts";

export interface Server {
  readonly address: string;
  readonly port: number;
}
export interface Patience {
  readonly timeoutMs: number;
  readonly tries: number;
}

/** As c-ares has it. */
export const PATIENCE: Patience = { timeoutMs: 2000, tries: 4 };

/** RFC 1035 §4.1.1, RCODE. */
const CODES: readonly (string | null)[] = [null, "EFORMERR", "ESERVFAIL", "ENOTFOUND", "ENOTIMP", "EREFUSED"];
/** Another server may know better. */
const SERVERS_OWN: readonly string[] = ["ESERVFAIL", "ENOTIMP", "EREFUSED"];
const ID_VALUES = 65_536;

/** The answer of the first server that has one; else what the last one came to. */
export async function ask(
  servers: readonly Server[],
  name: string,
  type: Type,
  { timeoutMs, tries }: Patience,
  signal: AbortSignal,
): Promise<Found> {
  const id = Math.floor(Math.random() * ID_VALUES);
  const question = emitQuestion(id, name, TYPES[type]);
  if (question === undefined) return "EBADNAME";
  let failure = "ETIMEOUT";
  for (let round = 0; round < tries; round++) {
    for (const server of servers) {
      const limitMs = timeoutMs * 2 ** round;
      let reply = await exchange(byUdp, server, question, limitMs, signal);
      if (typeof reply !== "string" && reply.isTruncated)
        reply = await exchange(byTcp, server, question, limitMs, signal);
      if (reply === "ECANCELLED") return reply;
      const code = typeof reply === "string" ? reply : (CODES[reply.rcode] ?? null);
      if (typeof reply !== "string" && (code === null || !SERVERS_OWN.includes(code))) {
        return code ?? (reply.answers.length === 0 ? "ENODATA" : reply.answers);
      }
      failure = code ?? failure;
    }
  }
  return failure;
}

/** Sends the question, and tells of what is received or went wrong; answers how to give up. */
type Way = (
  server: Server,
  question: Uint8Array,
  told: (bytes: Uint8Array) => void,
  failed: (error: NodeJS.ErrnoException) => void,
) => () => void;

function exchange(
  way: Way,
  server: Server,
  question: Uint8Array,
  limitMs: number,
  signal: AbortSignal,
): Promise<Response | string> {
  return new Promise((resolve) => {
    const finish = (outcome: Response | string): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", cancelled);
      close();
      resolve(outcome);
    };
    const cancelled = (): void => finish("ECANCELLED");
    const timer = setTimeout(() => finish("ETIMEOUT"), limitMs);
    const told = (bytes: Uint8Array): void => {
      const response = parseResponse(bytes);
      // Anybody may send anything; what answers another question is not looked at.
      if (response !== undefined && response.id === (((question[0] as number) << 8) | (question[1] as number)))
        finish(response);
    };
    const close = way(server, question, told, ({ code }) => finish(code === "ECONNREFUSED" ? code : "ETIMEOUT"));
    if (signal.aborted) cancelled();
    else signal.addEventListener("abort", cancelled);
  });
}

const byUdp: Way = ({ address, port }, question, told, failed) => {
  const socket = dgram.createSocket(net.isIPv6(address) ? "udp6" : "udp4");
  let isClosed = false;
  socket.on("message", told).on("error", failed);
  // Connected, so that a refusal is heard of.
  socket.connect(port, address, () => {
    if (!isClosed) socket.send(question);
  });
  return () => {
    isClosed = true;
    socket.close();
  };
};

/** RFC 1035 §4.2.2: a length of two bytes comes first. */
const byTcp: Way = ({ address, port }, question, told, failed) => {
  const socket = net.connect(port, address);
  let received = Buffer.alloc(0);
  socket.on("error", failed).on("data", (data) => {
    received = Buffer.concat([received, data]);
    if (received.length >= 2 && received.length >= 2 + received.readUInt16BE())
      told(received.subarray(2, 2 + received.readUInt16BE()));
  });
  socket.on("end", () => failed(new Error("the server has closed the connection")));
  socket.write(Uint8Array.of(question.length >> 8, question.length & 0xff, ...question));
  return () => socket.destroy();
};
