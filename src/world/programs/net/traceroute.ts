/**
 * traceroute(8): the gateways on the way to a host, by datagrams that may go one hop, two hops, and so on.
 *
 * Read first: traceroute(8); RFC 792, "Time Exceeded Message". One probe at a time: it is sent, and the answer, or the time that may
 * be waited for it, is awaited. UDP probes go to ports where nobody is, and their errors are read from the socket's error queue
 * (IP_RECVERR), for which nobody has to be root; with -I they are echo requests.
 */
import { IP_RECVERR, IP_TTL } from "../../../abi/ip.ts";
import { IPV6_RECVERR, IPV6_UNICAST_HOPS } from "../../../abi/ipv6.ts";
import { AF_INET6, IPPROTO_IP, IPPROTO_IPV6, MSG_ERRQUEUE, SOCK_DGRAM } from "../../../abi/socket.ts";
import type { Sys } from "../../../kernel/sys/sys.ts";
import { SystemError } from "../../../kernel/system-error.ts";
import { type ExtendedError, SO_EE_ORIGIN_LOCAL } from "../../../socket/error-queue.ts";
import { errorText, type Tool, type Toolbox } from "../tool.ts";
import { Interrupt, nowNs, readable } from "./clock.ts";
import { EchoSocket } from "./echo-socket.ts";
import { unreachableLetters } from "./icmp-text.ts";
import { nameOf, type Target, target } from "./names.ts";

const HOPS_MAX = 30;
const PROBES = 3;
const WAIT_NS = 5e9;
const FIRST_PORT = 33_434;
/** With both headers of IPv4: what people know. */
const PACKET_BYTES = 60;
const PACKET_V6_BYTES = 80;
const HEADER_BYTES = 28;
const HEADER_V6_BYTES = 48;

/** Who has answered a probe, and with what letters behind the time; undefined letters: a hop, not the end. */
interface Answer {
  readonly from: string;
  readonly letters: string | undefined;
}

/** Sends one probe and waits for what comes; null: nothing. */
type Probe = (ttl: number, index: number, deadlineNs: number) => Promise<Answer | null>;

export const traceroute: Tool = {
  name: "traceroute",
  usage: "[-46In] [-f FIRST] [-m HOPS] [-q PROBES] [-w SECONDS] [-p PORT] HOST [BYTES]",
  summary: `Shows the gateways on the way to a host, and how long each took to answer; * where none has.
  -I          with ICMP echo requests instead of UDP (root)
  -f FIRST    begins at that hop (1)      -m HOPS     at most so many (30)
  -q PROBES   to each hop (3)             -w SECONDS  to wait for an answer (5)
  -p PORT     the first one (33434)       -n  no names     -4, -6  the family
Behind a time: !H host, !N network, !P protocol unreachable, !X prohibited, !F-MTU fragmentation needed.`,
  options: "46If:m:nq:w:p:",
  isMixed: true,
  async run(box) {
    const [, bytesText, ...rest] = box.operands;
    const name = box.operands[0] ?? box.refuse("which host?");
    if (rest.length > 0) box.refuse("one host, and how many bytes");
    const to = await target(box, name);
    const isV6 = to.family === AF_INET6;
    const bytes = bytesText === undefined ? (isV6 ? PACKET_V6_BYTES : PACKET_BYTES) : box.integer(bytesText);
    const hops = box.number("m", 1, 255) ?? HOPS_MAX;
    const dataBytes = Math.max(0, Math.min(bytes, 65_000) - (isV6 ? HEADER_V6_BYTES : HEADER_BYTES));
    await box.out(`traceroute to ${name} (${to.address}), ${hops} hops max, ${bytes} byte packets\n`);
    const probe = box.has("I") ? echoProbe(box, to, dataBytes) : udpProbe(box, to, dataBytes);
    await trace(box, to, hops, probe);
  },
};

async function trace(box: Toolbox, to: Target, hops: number, probe: Probe): Promise<void> {
  const interrupt = new Interrupt(box.sys);
  const probes = box.number("q", 1, 10) ?? PROBES;
  const waitNs = box.seconds("w") ?? WAIT_NS;
  const first = box.number("f", 1, hops) ?? 1;
  for (let ttl = first; ttl <= hops && !interrupt.happened; ttl++) {
    const hop = new Hop(box, ttl);
    for (let turn = 0; turn < probes && !interrupt.happened; turn++) {
      const sentNs = nowNs(box.sys);
      const answer = await probe(ttl, (ttl - first) * probes + turn, sentNs + waitNs);
      await hop.tell(answer, nowNs(box.sys) - sentNs);
      if (answer !== null && (answer.letters !== undefined || answer.from === to.address)) hop.isLast = true;
    }
    await hop.end();
    if (hop.isLast) return;
  }
}

/** A line of the output: a person at a terminal sees each answer as it comes, others the whole line. */
class Hop {
  readonly #box: Toolbox;
  readonly #isSeen: boolean;
  /** The destination has answered, or a router that knows no further. */
  isLast: boolean = false;
  #text: string;
  #from = "";
  #isFirst = true;

  constructor(box: Toolbox, ttl: number) {
    this.#box = box;
    this.#isSeen = box.sys.isatty(1);
    this.#text = String(ttl).padStart(2);
  }

  async tell(answer: Answer | null, tookNs: number): Promise<void> {
    const space = this.#isFirst ? "  " : " ";
    this.#isFirst = false;
    if (answer === null) this.#text += `${space}*`;
    else {
      const { from, letters } = answer;
      if (from !== this.#from) this.#text += `${space}${await whoIs(this.#box, from)}`;
      this.#from = from;
      this.#text += `  ${(tookNs / 1e6).toFixed(3)} ms${letters === undefined || letters === "" ? "" : ` ${letters}`}`;
    }
    if (this.#isSeen) await this.#flush();
  }

  async end(): Promise<void> {
    this.#text += "\n";
    await this.#flush();
  }

  async #flush(): Promise<void> {
    await this.#box.out(this.#text);
    this.#text = "";
  }
}

async function whoIs(box: Toolbox, address: string): Promise<string> {
  if (box.has("n")) return address;
  return `${await nameOf(box.sys, address)} (${address})`;
}

/** Datagrams to one port after the other, from sockets of their own, so that an error is about the probe that it is read for. */
function udpProbe(box: Toolbox, { family, address }: Target, dataBytes: number): Probe {
  const { sys } = box;
  const firstPort = box.number("p", 1, 65_000) ?? FIRST_PORT;
  const data = new Uint8Array(dataBytes).fill(0x40);
  return async (ttl, index, deadlineNs) => {
    const fd = sys.socket(family, SOCK_DGRAM);
    try {
      if (family === AF_INET6) {
        sys.setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
        sys.setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, ttl);
      } else {
        sys.setsockopt(fd, IPPROTO_IP, IP_RECVERR, 1);
        sys.setsockopt(fd, IPPROTO_IP, IP_TTL, ttl);
      }
      const port = firstPort + (index % (65_536 - firstPort));
      await send(box, sys.sendto(fd, data, { address, port }));
      if (!(await readable(sys, fd, deadlineNs))) return null;
      return await errorOf(sys, fd, family, address);
    } finally {
      sys.close(fd);
    }
  };
}

/** A datagram that can't be sent at all ends the program. */
async function send(box: Toolbox, sending: Promise<unknown>): Promise<void> {
  try {
    await sending;
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    // What an answer to an earlier probe has left to the socket is no error of this one.
    if (error.code === "EINTR" || error.code === "EHOSTUNREACH") return;
    await box.out("\n");
    box.fail(`send: ${errorText(error)}`);
  }
}

/** The error that waits; somebody may even answer the datagram. */
async function errorOf(sys: Sys, fd: number, family: number, address: string): Promise<Answer | null> {
  try {
    const { control } = await sys.recvmsg(fd, new Uint8Array(16), MSG_ERRQUEUE);
    const found = control.find(({ value }) => typeof value === "object" && "ee_errno" in value);
    const error = found?.value as ExtendedError | undefined;
    if (error === undefined) return null;
    // This host itself has given up: nobody answers for the next hop.
    const isOwn = error.ee_origin === SO_EE_ORIGIN_LOCAL || error.offender === null;
    const from = isOwn ? address : (error.offender?.address ?? address);
    return { from, letters: unreachableLetters(family, error.ee_type, error.ee_code, error.ee_info) };
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return error.code === "EAGAIN" ? { from: address, letters: "" } : null;
  }
}

function echoProbe(box: Toolbox, { family, address }: Target, dataBytes: number): Probe {
  const socket = openEcho(box, family);
  return async (ttl, index, deadlineNs) => {
    socket.setTtl(ttl);
    await send(box, socket.send(address, index + 1, dataBytes));
    while (await readable(box.sys, socket.fd, deadlineNs)) {
      const event = await socket.receive();
      if (event === undefined || event.sequence !== ((index + 1) & 0xffff)) continue;
      if (event.error === null) return { from: event.from, letters: "" };
      const { type, code, info } = event.error;
      return { from: event.from, letters: unreachableLetters(family, type, code, info) };
    }
    return null;
  };
}

function openEcho(box: Toolbox, family: number): EchoSocket {
  try {
    return new EchoSocket(box.sys, family);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return box.fail(`socket: ${errorText(error)}`);
  }
}
