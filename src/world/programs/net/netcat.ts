/**
 * nc(1), netcat: standard input to a connection, and the connection to standard output; TCP, UDP and Unix-domain sockets.
 *
 * Read first: nc(1) of OpenBSD. Order: run() → connect() or listen() → pump(), which reads both sides at once, until the other side
 * has ended, or nothing has come for so long (-w). End of input shuts the connection down for writing only with -N, as there.
 */

import { ERRNO, ERRNO_TEXT, type Errno } from "../../../abi/errno.ts";
import { F_GETFL, F_SETFL, O_NONBLOCK } from "../../../abi/fcntl.ts";
import { POLLERR, POLLHUP, POLLIN, POLLOUT } from "../../../abi/poll.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  MSG_NOSIGNAL,
  MSG_PEEK,
  SHUT_WR,
  SO_ERROR,
  SO_REUSEADDR,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../../abi/socket.ts";
import type { Endpoint, SocketName } from "../../../kernel/sys/sockets.ts";
import { SystemError } from "../../../kernel/system-error.ts";
import { AI_PASSIVE } from "../../names/getaddrinfo.ts";
import { getservbyport } from "../../names/services.ts";
import { writeAll } from "../lines.ts";
import { errorText, type Tool, type Toolbox } from "../tool.ts";
import { familyOf, nameOf, type Target, targets } from "./names.ts";

const PIECE_BYTES = 16_384;
const BACKLOG = 8;
/** So many ports are looked at, at most. */
const PORTS_MAX = 65_536;

export const netcat: Tool = {
  name: "nc",
  usage: "[-46dklNnUuvz] [-p PORT] [-s SOURCE] [-w SECONDS] [HOST] PORT[-PORT] | [-l] -U PATH",
  summary: `Connects to HOST and PORT, or with -l waits for somebody; what is read goes there, what comes is written.
  -u  UDP   -U  a Unix-domain socket   -l  listens   -k  goes on listening after a connection
  -p PORT, -s SOURCE  where from        -w SECONDS  ends when nothing happens for so long
  -z  only looks whether anybody listens, at each of the ports   -v  tells what happens
  -N  ends the connection's other half at the end of the input   -d  reads no input   -4, -6  the family`,
  options: "46dklNnp:s:Uuvw:z",
  isMixed: true,
  async run(box) {
    const timeoutNs = box.seconds("w");
    const timeoutMs = timeoutNs === undefined ? -1 : Math.max(1, timeoutNs / 1e6);
    if (box.has("l")) return await listen(box, timeoutMs);
    if (box.has("U")) {
      const path = box.operands[0] ?? box.refuse("which socket?");
      const fd = box.sys.socket(AF_UNIX, box.has("u") ? SOCK_DGRAM : SOCK_STREAM);
      await attempt(box, path, () => box.sys.connect(fd, { path }));
      return await pump(box, fd, timeoutMs);
    }
    return await connectAll(box, timeoutMs);
  },
};

/** A call without which there is nothing to do. */
async function attempt<T>(box: Toolbox, subject: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return box.fail(`${subject}: ${errorText(error)}`, 1);
  }
}

// ---- connecting ----

async function connectAll(box: Toolbox, timeoutMs: number): Promise<number> {
  const [host, ports] = [box.operands[0], box.operands[1]];
  if (host === undefined || ports === undefined) return box.refuse("which host and port?");
  const [first = "", last = first] = /^\d+-\d+$/.test(ports) ? ports.split("-") : [ports];
  const socktype = box.has("u") ? SOCK_DGRAM : SOCK_STREAM;
  const found = await targets(box, host, { service: first, socktype, family: familyOf(box), status: 1 });
  const from = found[0]?.port ?? 0;
  const count = last === first ? 1 : Math.min(PORTS_MAX, Math.max(1, Number(last) - from + 1));
  let status = 1;
  for (let port = from; port < from + count; port++) {
    const connected = await connectFirst(box, found, port, timeoutMs);
    if (typeof connected === "string") {
      // Who only looks hears of what listens; who wanted to talk hears why that can't be.
      if (!box.has("v") && !box.has("z")) await tell(box, connected);
      continue;
    }
    status = 0;
    if (!box.has("z")) return await pump(box, connected, timeoutMs);
    box.sys.close(connected);
  }
  return status;
}

/** A connection to the first address that answers, or why the last one has not. */
async function connectFirst(
  box: Toolbox,
  found: readonly Target[],
  port: number,
  timeoutMs: number,
): Promise<number | string> {
  const protocol = box.has("u") ? "udp" : "tcp";
  let failure = "";
  for (const { family, address, name } of found) {
    const fd = box.sys.socket(family, (box.has("u") ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK);
    const error = await connectTo(box, fd, family, { address, port }, timeoutMs);
    if (error === undefined) {
      box.sys.fcntl(fd, F_SETFL, box.sys.fcntl(fd, F_GETFL) & ~O_NONBLOCK);
      if (box.has("v")) await tell(box, await successText(box, { name, address }, port, protocol));
      return fd;
    }
    box.sys.close(fd);
    const where = name === address ? address : `${name} (${address})`;
    failure = `nc: connect to ${where} port ${port} (${protocol}) failed: ${error}`;
    if (box.has("v")) await tell(box, failure);
  }
  return failure;
}

async function successText(
  box: Toolbox,
  { name, address }: Pick<Target, "name" | "address">,
  port: number,
  protocol: string,
): Promise<string> {
  const service = box.has("n") ? undefined : await getservbyport(box.sys, port, protocol);
  const where = name === address ? address : `${name} (${address})`;
  return `Connection to ${where} ${port} port [${protocol}/${service?.name ?? "*"}] succeeded!`;
}

/** Undefined, or what has gone wrong. */
async function connectTo(
  box: Toolbox,
  fd: number,
  family: number,
  to: Endpoint,
  timeoutMs: number,
): Promise<string | undefined> {
  const { sys } = box;
  try {
    const [source, port] = [box.value("s"), box.number("p", 0, 65_535)];
    if (source !== undefined || port !== undefined) {
      sys.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
      sys.bind(fd, { address: source ?? (family === AF_INET6 ? "::" : "0.0.0.0"), port: port ?? 0 });
    }
    await sys.connect(fd, to);
    return box.has("z") && box.has("u") ? await provoke(box, fd) : undefined;
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    if (error.code !== "EINPROGRESS") return errorText(error);
  }
  const ready = await sys.poll([{ fd, events: POLLOUT, revents: 0 }], timeoutMs);
  if (ready === 0) return "Connection timed out";
  const number = sys.getsockopt(fd, SOL_SOCKET, SO_ERROR);
  return number === 0 ? undefined : textOf(number);
}

/** Whether anybody listens for datagrams is known when none answers that nobody does: one is sent, and a second is waited. */
async function provoke({ sys }: Toolbox, fd: number): Promise<string | undefined> {
  await sys.send(fd, "X");
  const watched = { fd, events: POLLIN, revents: 0 };
  await sys.poll([watched], 1000);
  const number = sys.getsockopt(fd, SOL_SOCKET, SO_ERROR);
  return number === 0 ? undefined : textOf(number);
}

function textOf(number: number): string {
  const name = Object.keys(ERRNO).find((one) => ERRNO[one as Errno] === number) as Errno | undefined;
  const text = name === undefined ? `error ${number}` : ERRNO_TEXT[name];
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

// ---- listening ----

async function listen(box: Toolbox, timeoutMs: number): Promise<number> {
  const fd = await openListener(box);
  const isStream = !box.has("u");
  do {
    if (!isStream) {
      const status = await serveDatagrams(box, fd, timeoutMs);
      if (status !== 0) return status;
      continue;
    }
    const { fd: connection, address } = await box.sys.accept(fd);
    if (box.has("v")) await tell(box, `Connection received on ${await endText(box, address)}`);
    if (!box.has("k")) box.sys.close(fd);
    await pump(box, connection, timeoutMs);
    box.sys.close(connection);
  } while (box.has("k"));
  return 0;
}

async function openListener(box: Toolbox): Promise<number> {
  const { sys } = box;
  const type = box.has("u") ? SOCK_DGRAM : SOCK_STREAM;
  if (box.has("U")) {
    const path = box.operands[0] ?? box.refuse("which socket?");
    const fd = sys.socket(AF_UNIX, type);
    return await attempt(box, path, () => bound(box, fd, { path }));
  }
  const port = box.value("p") ?? box.operands.at(-1) ?? box.refuse("which port?");
  const host = box.value("p") === undefined ? box.operands.at(-2) : box.operands[0];
  const family = familyOf(box) === 0 && host === undefined ? AF_INET : familyOf(box);
  const [where] = await passiveTargets(box, host ?? box.value("s"), port, family, type);
  if (where === undefined) return box.fail(`${port}: no such port`, 1);
  const fd = sys.socket(where.family, type);
  sys.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  return await attempt(box, "bind", () => bound(box, fd, { address: where.address, port: where.port }));
}

async function passiveTargets(
  box: Toolbox,
  host: string | undefined,
  service: string,
  family: number,
  socktype: number,
): Promise<readonly Target[]> {
  const any = family === AF_INET6 ? "::" : "0.0.0.0";
  return await targets(box, host ?? any, { service, family, socktype, flags: AI_PASSIVE, status: 1 });
}

function bound(box: Toolbox, fd: number, to: Endpoint): number {
  box.sys.bind(fd, to);
  if (!box.has("u")) box.sys.listen(fd, BACKLOG);
  return fd;
}

/** Waits for the first datagram, and from then on talks to whoever has sent it. */
async function serveDatagrams(box: Toolbox, fd: number, timeoutMs: number): Promise<number> {
  const { sys } = box;
  const { source } = await sys.recvfrom(fd, new Uint8Array(1), MSG_PEEK);
  if (box.has("v")) await tell(box, `Connection received on ${await endText(box, source)}`);
  const { address, port } = source;
  if (address !== undefined && port !== undefined) await sys.connect(fd, { address, port });
  return await pump(box, fd, timeoutMs);
}

async function endText(box: Toolbox, name: SocketName): Promise<string> {
  if (name.address === undefined) return name.path ?? "";
  const host = box.has("n") ? name.address : await nameOf(box.sys, name.address);
  return `${host} ${name.port}`;
}

async function tell(box: Toolbox, text: string): Promise<void> {
  await box.sys.write(2, `${text}\n`);
}

// ---- both directions ----

/** Until the connection ends; the input may end before. */
async function pump(box: Toolbox, fd: number, timeoutMs: number): Promise<number> {
  const { sys } = box;
  const isDatagram = box.has("u");
  const buffer = new Uint8Array(isDatagram ? 65_535 : PIECE_BYTES);
  let hasInput = !box.has("d");
  for (;;) {
    const network = { fd, events: POLLIN, revents: 0 };
    const input = { fd: hasInput ? 0 : -1, events: POLLIN, revents: 0 };
    if ((await sys.poll([network, input], timeoutMs)) === 0) return 0;
    if ((network.revents & (POLLIN | POLLHUP | POLLERR)) !== 0) {
      const bytes = await receive(box, fd, buffer);
      if (typeof bytes !== "number") return 1;
      if (bytes === 0 && !isDatagram) return 0;
      await writeAll(sys, 1, buffer.subarray(0, bytes));
    }
    if ((input.revents & (POLLIN | POLLHUP)) === 0) continue;
    const bytes = await sys.read(0, buffer);
    if (bytes > 0) await sys.send(fd, buffer.subarray(0, bytes), MSG_NOSIGNAL);
    else {
      hasInput = false;
      if (box.has("N") && !isDatagram) sys.shutdown(fd, SHUT_WR);
    }
  }
}

async function receive(box: Toolbox, fd: number, buffer: Uint8Array): Promise<number | "reset"> {
  try {
    return await box.sys.read(fd, buffer);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    if (box.has("v")) await tell(box, `nc: read: ${errorText(error)}`);
    return "reset";
  }
}
