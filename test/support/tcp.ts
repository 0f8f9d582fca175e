/** TCP between two hosts: programs that send and receive bytes that tell where they stand. */
import { AF_INET, type LinkOptions, SHUT_WR, SOCK_STREAM, type Sys, World, type WorldOptions } from "netloom";

export const SERVER = { address: "10.0.0.2", port: 7 };

/** Hosts a (10.0.0.1) and b (10.0.0.2) on a cable. */
export function twoHosts(link: LinkOptions = {}, options: WorldOptions = {}) {
  const world = new World({ console: () => {}, ...options });
  const a = world.host("a");
  const b = world.host("b");
  const cable = world.cable(link);
  a.attach(cable, "10.0.0.1/24");
  b.attach(cable, "10.0.0.2/24");
  return { world, a, b, cable };
}

/** Bytes of which each says where in the stream it stands. */
export function pattern(length: number, from: number = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => ((from + index) * 31 + ((from + index) >>> 8)) & 0xff);
}

/** Listens, and answers the descriptor. */
export function listenOn(sys: Sys, port: number, backlog: number = 16, address: string = "0.0.0.0"): number {
  const fd = sys.socket(AF_INET, SOCK_STREAM);
  sys.bind(fd, { address, port });
  sys.listen(fd, backlog);
  return fd;
}

/** Connects, again while ARP finds nobody, and answers the descriptor. */
export async function connectStubbornly(sys: Sys, to: { address: string; port: number } = SERVER): Promise<number> {
  for (;;) {
    const fd = sys.socket(AF_INET, SOCK_STREAM);
    try {
      await sys.connect(fd, to);
      return fd;
    } catch (error) {
      if ((error as { code?: string }).code !== "EHOSTUNREACH") throw error;
      sys.close(fd);
    }
  }
}

/** Connects, and answers the descriptor. */
export async function connectTo(sys: Sys, to: { address: string; port: number } = SERVER): Promise<number> {
  const fd = sys.socket(AF_INET, SOCK_STREAM);
  await sys.connect(fd, to);
  return fd;
}

/** Everything until the end of the stream. */
export async function readAll(sys: Sys, fd: number, pieceBytes: number = 65_536): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const buffer = new Uint8Array(pieceBytes);
  for (;;) {
    const count = await sys.read(fd, buffer);
    if (count === 0) break;
    pieces.push(buffer.slice(0, count));
  }
  return Uint8Array.from(Buffer.concat(pieces));
}

/** Sends everything and ends the stream. */
export async function writeAll(sys: Sys, fd: number, data: Uint8Array, pieceBytes: number): Promise<void> {
  for (let at = 0; at < data.length; at += pieceBytes) await sys.write(fd, data.subarray(at, at + pieceBytes));
  sys.shutdown(fd, SHUT_WR);
}
