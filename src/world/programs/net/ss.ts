/**
 * ss(8): sockets, and with -i what a TCP connection knows of itself.
 *
 * Read first: ss(8), host/ss.ts, which has the words of -i.
 */
import type { Netstat } from "../../../host/netstat.ts";
import { infoText, SS_STATES } from "../../../host/ss.ts";
import { diagnose } from "../../netlink.ts";
import { table } from "../columns.ts";
import type { Tool, Toolbox } from "../tool.ts";
import { EndNames, isAny } from "./endpoints.ts";
import { type SocketOwner, socketOwners } from "./socket-owners.ts";

/** One line, and what stands below it. */
interface Line {
  readonly netid: string;
  readonly state: string;
  readonly queues: readonly [number, number];
  readonly local: readonly [string, string];
  readonly peer: readonly [string, string];
  readonly inode: number;
  readonly isListening: boolean;
  readonly below: string;
}

export const ss: Tool = {
  name: "ss",
  usage: "[-46ailnptuwxs]",
  summary: `Shows the sockets of this host: -t TCP, -u UDP, -w raw, -x Unix; connections, with -l those that listen, with -a both.
  -n  numbers instead of names   -p  whose they are   -i  what TCP knows of a connection   -s  how many   -4, -6  the family`,
  options: "46aeilnoptuwxHs",
  isMixed: true,
  async run(box) {
    const snapshot = diagnose(box.sys);
    if (box.has("s")) return await box.out(totals(snapshot));
    const owners = box.has("p") ? await socketOwners(box) : undefined;
    const lines = (await linesOf(box, snapshot)).filter((line) => box.has("a") || line.isListening === box.has("l"));
    await box.out(textOf(box, lines, owners));
  },
};

function totals({ connections, sockets, rawSockets }: Netstat): string {
  const count = (state: string): number => connections.filter((one) => one.state === state).length;
  const kinds = `estab ${count("ESTABLISHED")}, closed ${count("CLOSE")}, timewait ${count("TIME_WAIT")}`;
  return `Total: ${connections.length + sockets.length + rawSockets.length}\nTCP:   ${connections.length} (${kinds})\nUDP:   ${sockets.length}\nRAW:   ${rawSockets.length}\n`;
}

async function linesOf(box: Toolbox, snapshot: Netstat): Promise<readonly Line[]> {
  const isAll = !["t", "u", "w", "x"].some((letter) => box.has(letter));
  const names = new EndNames(box.sys, box.has("n"));
  const family = box.has("4") ? false : box.has("6") ? true : undefined;
  const isWanted = (isV6: boolean): boolean => family === undefined || isV6 === family;
  const lines: Line[] = [];
  if ((isAll || box.has("x")) && family === undefined) lines.push(...snapshot.unixSockets.map(unixLine));
  if (isAll || box.has("w"))
    for (const one of snapshot.rawSockets) if (isWanted(one.localAddress.includes(":"))) lines.push(rawLine(one));
  if (isAll || box.has("u")) {
    for (const one of snapshot.sockets) if (isWanted(one.protocol === "udp6")) lines.push(await udpLine(names, one));
  }
  if (isAll || box.has("t")) {
    for (const one of snapshot.connections) {
      if (isWanted(one.protocol === "tcp6")) lines.push(await tcpLine(names, one, box.has("i")));
    }
  }
  return lines;
}

function unixLine(one: Netstat["unixSockets"][number]): Line {
  const netid = { STREAM: "u_str", DGRAM: "u_dgr", SEQPACKET: "u_seq" }[one.type];
  const state = one.state === "LISTENING" ? "LISTEN" : one.state === "CONNECTED" ? "ESTAB" : "UNCONN";
  const local = [one.path === "" ? "*" : one.path, ` ${one.inode}`] as const;
  const peer = ["*", ` ${one.peerInode ?? 0}`] as const;
  const isListening = state === "LISTEN" || (state === "UNCONN" && one.type === "DGRAM");
  return {
    netid,
    state,
    queues: [one.receiveQueue, one.sendQueue],
    local,
    peer,
    inode: one.inode,
    isListening,
    below: "",
  };
}

function rawLine(one: Netstat["rawSockets"][number]): Line {
  const queues = [one.receiveQueueBytes, one.sendQueueBytes] as const;
  const isListening = one.remoteAddress === null;
  const state = isListening ? "UNCONN" : "ESTAB";
  const ends = {
    local: [bracketed(one.localAddress), `:${one.protocol}`],
    peer: [bracketed(one.remoteAddress ?? "0.0.0.0"), ":*"],
  } as const;
  return { netid: "raw", state, queues, ...ends, inode: one.inode, isListening, below: "" };
}

async function endsOf(names: EndNames, one: Netstat["sockets"][number] | Netstat["connections"][number]) {
  const any = one.localAddress.includes(":") ? "::" : "0.0.0.0";
  const end = async (address: string, port: number | null): Promise<readonly [string, string]> => [
    bracketed(await names.host(address)),
    `:${await names.service(port, one.protocol)}`,
  ];
  return {
    local: await end(one.localAddress, one.localPort),
    peer: await end(one.remoteAddress ?? any, one.remotePort),
  };
}

async function udpLine(names: EndNames, one: Netstat["sockets"][number]): Promise<Line> {
  const isListening = one.remoteAddress === null;
  const queues = [one.receiveQueueBytes, one.sendQueueBytes] as const;
  const state = isListening ? "UNCONN" : "ESTAB";
  return { netid: "udp", state, queues, ...(await endsOf(names, one)), inode: one.inode, isListening, below: "" };
}

async function tcpLine(names: EndNames, one: Netstat["connections"][number], withInfo: boolean): Promise<Line> {
  const queues = [one.receiveQueueBytes, one.sendQueueBytes] as const;
  const below = withInfo && one.info !== null ? `\t ${infoText(one)}\n` : "";
  const state = SS_STATES[one.state] ?? one.state;
  return {
    netid: "tcp",
    state,
    queues,
    ...(await endsOf(names, one)),
    inode: one.inode,
    isListening: one.state === "LISTEN",
    below,
  };
}

function bracketed(address: string): string {
  return address.includes(":") && !isAny(address) ? `[${address}]` : address === "::" ? "[::]" : address;
}

function textOf(
  box: Toolbox,
  lines: readonly Line[],
  owners: ReadonlyMap<number, readonly SocketOwner[]> | undefined,
): string {
  const kinds = ["t", "u", "w", "x"].filter((letter) => box.has(letter));
  const withNetid = kinds.length !== 1;
  const [localHead = "", ...locals] = aligned([["Local Address", ":Port"], ...lines.map(({ local }) => local)]);
  const [peerHead = "", ...peers] = aligned([["Peer Address", ":Port"], ...lines.map(({ peer }) => peer)]);
  const headings = [...(withNetid ? ["Netid"] : []), "State", "Recv-Q", "Send-Q", localHead, peerHead];
  if (owners !== undefined) headings.push("Process");
  const rows = lines.map(({ netid, state, queues, inode }, index) => [
    ...(withNetid ? [netid] : []),
    state,
    ...queues.map(String),
    locals[index] ?? "",
    peers[index] ?? "",
    ...(owners === undefined ? [] : [ownersText(owners.get(inode) ?? [])]),
  ]);
  const [head = "", ...shown] = table(headings, rows).trimEnd().split("\n");
  const body = shown.map((line, index) => `${line}\n${lines[index]?.below ?? ""}`).join("");
  return box.has("H") ? body : `${head}\n${body}`;
}

/** Addresses to the right, ports to the left, and no space between them. */
function aligned(ends: readonly (readonly [string, string])[]): readonly string[] {
  const width = (which: 0 | 1): number => Math.max(...ends.map((end) => end[which].length));
  return ends.map(([address, port]) => address.padStart(width(0)) + port.padEnd(width(1)));
}

function ownersText(owners: readonly SocketOwner[]): string {
  if (owners.length === 0) return "";
  return `users:(${owners.map(({ name, pid, fd }) => `("${name}",pid=${pid},fd=${fd})`).join(",")})`;
}
