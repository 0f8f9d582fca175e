/**
 * Programs at both ends of a wire: roles of the Linux side (peer.mjs), and programs of the netloom host.
 *
 * What is sent is a pattern, so that a checksum tells on the other side what has come.
 */
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { AF_INET, type Host, SOCK_STREAM, type Sys } from "netloom";
import type { LinuxSide } from "./namespace.ts";

const PEER = fileURLToPath(new URL("peer.mjs", import.meta.url));
export const PORT = 5001;

/** The bytes that both sides send. */
export function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i % 251);
}
export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Starts a role of the Linux side that serves; gives its lines, of which the first says that it listens. */
export async function serve(
  linux: LinuxSide,
  role: string,
  address: string,
  argument = "",
): Promise<() => Promise<unknown>> {
  const child = linux.background(process.execPath, PEER, role, address, String(PORT), argument);
  if (child.stdout === null) throw new Error("the peer has no output");
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<string> => (await lines.next()).value ?? "";
  const first = await next();
  if (first !== "ready") throw new Error(`the peer does not listen: ${first}`);
  return async () => JSON.parse(await next());
}

/** Runs a role of the Linux side that connects, and gives what it says. */
export async function client(linux: LinuxSide, role: string, address: string, argument = ""): Promise<unknown> {
  const { stdout, stderr } = await linux.linux(process.execPath, PEER, role, address, String(PORT), argument);
  if (stdout === "") throw new Error(`the peer said nothing: ${stderr}`);
  return JSON.parse(stdout);
}

/** Runs a program on the netloom host to its end, and gives its result. */
export async function onNetloom<T>({ host }: { readonly host: Host }, program: (sys: Sys) => Promise<T>): Promise<T> {
  let outcome: { value: T } | { error: unknown } | undefined;
  const spawned = host.spawn("program", async (sys) => {
    try {
      outcome = { value: await program(sys) };
    } catch (error) {
      outcome = { error };
    }
  });
  while (spawned.state === "running") await new Promise((resolve) => setTimeout(resolve, 1));
  if (outcome === undefined) throw new Error("the program was killed");
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
}

/** Starts a server on the netloom host that hands each connection to that program. */
export function netloomServer(
  { host }: { readonly host: Host },
  family: number,
  serveOne: (sys: Sys, fd: number) => Promise<void>,
  backlog = 128,
): void {
  host.spawn(
    "server",
    async (sys) => {
      const s = sys.socket(family, SOCK_STREAM);
      sys.bind(s, { address: family === AF_INET ? "0.0.0.0" : "::", port: PORT });
      sys.listen(s, backlog);
      for (;;) {
        const { fd } = await sys.accept(s);
        // A connection that the other side resets is no failure of the server.
        serveOne(sys, fd).catch(() => {});
      }
    },
    { daemon: true },
  );
}

export async function connected(sys: Sys, family: number, address: string): Promise<number> {
  const s = sys.socket(family, SOCK_STREAM);
  await sys.connect(s, { address, port: PORT });
  return s;
}

export async function sendAll(sys: Sys, fd: number, data: Uint8Array): Promise<void> {
  for (let sent = 0; sent < data.length; ) sent += await sys.send(fd, data.subarray(sent, sent + 65_536));
}

export async function receiveAll(sys: Sys, fd: number): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(262_144);
  let bytes = 0;
  for (;;) {
    const got = await sys.recv(fd, buffer);
    if (got === 0) return { bytes, sha256: hash.digest("hex") };
    hash.update(buffer.subarray(0, got));
    bytes += got;
  }
}
