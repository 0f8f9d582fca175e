/** Socket addresses in the memory of C and in the words of Sys. Read first: ip(7), unix(7). */
import { AF_INET, AF_UNIX, type Endpoint, type SocketName } from "netloom";
import { hex, unhex } from "../memory.ts";

/** What the kernel chooses lies beyond. */
const EPHEMERAL_FIRST = 32_768;

/** sizeof(sun_path). */
const SUN_PATH_BYTES = 108;

/** A path name; "\0name" is an abstract name; "" lets the kernel choose one. */
export const unix = (path: string): Endpoint => ({ path });
export const inet = (address: string, port: number): Endpoint => ({ address, port });

/** struct sockaddr_in or sockaddr_un, with its length. The port and the address are in network byte order. */
export function sockaddr(endpoint: Endpoint): readonly [memory: string, length: number] {
  if ("path" in endpoint) {
    const { path } = endpoint;
    const isNulTerminated = path !== "" && !path.startsWith("\0") && path.length < SUN_PATH_BYTES;
    const bytes = Buffer.from(isNulTerminated ? `${path}\0` : path);
    return [hex([2, ...Array.from(bytes, () => 1)], [AF_UNIX, ...bytes]), 2 + bytes.length];
  }
  if (!("port" in endpoint)) return [hex([2, 8, 6], []), 16];
  const { address, port } = endpoint;
  const bytes = [port >> 8, port & 0xff, ...address.split(".").map(Number)];
  return [hex([2, ...bytes.map(() => 1), 8], [AF_INET, ...bytes, 0]), 16];
}

export function cText(endpoint: Endpoint): string {
  if ("path" in endpoint) return `address(${JSON.stringify(endpoint.path)})`;
  return "port" in endpoint ? `address("${endpoint.address}", ${endpoint.port})` : "address(AF_UNSPEC)";
}

export function sysText(endpoint: Endpoint): string {
  if ("path" in endpoint) return `{ path: ${JSON.stringify(endpoint.path)} }`;
  return "port" in endpoint ? `{ address: "${endpoint.address}", port: ${endpoint.port} }` : "{ family: AF_UNSPEC }";
}

const ROOM_BYTES = 112;
/** Room for any address, and for its length. */
export const ADDRESS_ROOM: string = `x${"00".repeat(ROOM_BYTES)}`;
export const LENGTH_ROOM: string = hex([4], [ROOM_BYTES]);

/** An address that netloom gives. What the kernel chooses differs from kernel to kernel: only that it has chosen counts. */
export function nameText(name: SocketName): string {
  if (name.family === AF_UNIX) return unixText(name.path);
  return name.family === AF_INET ? `${name.address}:${portText(name.port)}` : "nobody";
}

/** The same from the memory that a call has filled. */
export function memoryText(memory: string | undefined, lengthMemory: string | undefined): string {
  const length = unhex(lengthMemory).readUInt32LE(0);
  return addressText(unhex(memory), length);
}

export function addressText(bytes: Buffer, length: number): string {
  if (length === 0) return "nobody";
  const family = bytes.readUInt16LE(0);
  if (family === AF_INET) return `${bytes.subarray(4, 8).join(".")}:${portText(bytes.readUInt16BE(2))}`;
  if (family !== AF_UNIX) return "nobody";
  const path = bytes.subarray(2, length).toString();
  return unixText(path.startsWith("\0") ? path : path.replaceAll("\0", ""));
}

/** Who has sent a message: a socket without a name is nobody, whether C has an empty address for it or none at all. */
export const senderText = (text: string): string => (text === '""' ? "nobody" : text);

const portText = (port: number): string => (port >= EPHEMERAL_FIRST ? "ephemeral" : String(port));
const unixText = (path: string): string =>
  JSON.stringify(/^\0[0-9a-f]{5}$/.test(path) ? "@chosen" : path.replaceAll("\0", "@"));
