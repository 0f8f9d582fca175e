/**
 * What must hold in a random world, however badly it went.
 */
import type { Host } from "netloom";
import { SeriesRecorder } from "../../src/inet/tcp/series.ts";
import type { Tcb } from "../../src/inet/tcp/tcb.ts";
import type { Socket } from "../../src/socket/socket.ts";
import type { Account } from "./party.ts";

/** Looks at each connection whenever it has taken a segment in. */
class WindowWatch extends SeriesRecorder {
  readonly problems: Set<string> = new Set();

  override note({ cwnd, pipeBytes, mss, flight, congestion, localPort, tcp, state }: Tcb): void {
    // Whatever the algorithm: so many bytes, and never none.
    const isSound = cwnd > 0 && cwnd < Number.MAX_SAFE_INTEGER && pipeBytes >= 0 && pipeBytes <= flight;
    if (state === "ESTABLISHED" && !isSound) {
      const name = `${tcp.machine.name}'s ${localPort}, ${congestion.name}`;
      this.problems.add(`${name}: a window of ${cwnd} bytes, ${pipeBytes} in the pipe, mss ${mss}`);
    }
  }
}

/** Remembers the connections that the hosts have had, to look at them when they should be gone. */
export class Witness {
  readonly hosts: readonly Host[];
  readonly windows: WindowWatch = new WindowWatch({});
  readonly connections: { readonly host: Host; readonly tcb: Tcb; readonly socket: Socket | null }[] = [];

  constructor(hosts: readonly Host[]) {
    this.hosts = hosts;
    for (const host of hosts) {
      const { tcp } = host.inet;
      tcp.recorders.add(this.windows);
      const join = tcp.join.bind(tcp);
      tcp.join = (tcb) => {
        this.connections.push({ host, tcb, socket: tcb.socket });
        join(tcb);
      };
    }
  }
}

/**
 * Every byte arrives once and in order, or both sides learn of the failure. A SYN cookie that comes back twice makes a second
 * connection, as nobody remembers the first: a reset that was lost, and the client takes the end of the other for its own.
 */
export function verdictOf(
  { client, server }: { readonly client: Account; readonly server: Account },
  hasCookies: boolean,
): string[] {
  if (client.isHaunted) return hasCookies ? [] : ["a connection came twice"];
  return [...ofDirection("client", client, "server", server), ...ofDirection("server", server, "client", client)];
}

function ofDirection(name: string, sender: Account, otherName: string, receiver: Account): string[] {
  const problems: string[] = [];
  const say = (what: string): void => {
    problems.push(`${name} → ${otherName}: ${what} (${sender.written} sent, ${receiver.received} received)`);
  };
  if (receiver.garbled >= 0) say(`a byte that was not sent, at ${receiver.garbled}`);
  if (receiver.received > sender.written) say("more was received than sent");
  // An error tells it, and so does whatever the receiver has done itself.
  const mayMiss = receiver.errors.length > 0 || receiver.hasGivenUp;
  if (receiver.hasEof && !mayMiss && receiver.received < sender.written) say("the end came before the last byte");
  if (receiver.hasEof && !mayMiss && sender.side.ending === "resets" && sender.errors.length === 0) {
    say("a reset was taken for the end");
  }
  return problems;
}

/** Whoever still waits has nothing that the peer owes an answer to. */
export function unjustWaits({ hosts }: Witness): string[] {
  return hosts.flatMap((host) =>
    [...host.inet.tcp.demux.all()].flatMap((each) => {
      const name = `${host.name}: ${each.localPort} → ${each.remotePort}`;
      if (each.kind !== "connection") return [`${name} is left over: ${each.kind}`];
      const { state, sent, sendQueue, snd, socket } = each;
      if (socket === null) return [`${name}: nobody has it open, and it is in ${state}`];
      if (state === "SYN_SENT" || state === "SYN_RECEIVED") return [`${name} waits for ever in ${state}`];
      if (!sent.isEmpty || sendQueue.end - snd.una > 0) return [`${name} waits for ever for an ACK, in ${state}`];
      const hasPeer = hosts.some(({ inet }) => inet.tcp.demux.find(...mirrored(each)) !== null);
      if (socket.options.keepAlive && !hasPeer) return [`${name} waits for ever in ${state}, with keepalive`];
      return [];
    }),
  );
}

/** The four-tuple as the other end has it. */
function mirrored({ localAddress, localPort, remoteAddress, remotePort }: Tcb) {
  return [remoteAddress, remotePort, localAddress, localPort] as const;
}

/** Nothing is left of any connection. */
export function leaks({ hosts, connections }: Witness, all: ReadonlyMap<string, Host>): string[] {
  const problems: string[] = [];
  const zero = (what: string, value: number): void => {
    if (value !== 0) problems.push(`left over: ${what}, ${value}`);
  };
  for (const { name, inet } of hosts) {
    const { tcp } = inet;
    zero(`${name}'s endpoints`, [...tcp.demux.all()].length);
    zero(`${name}'s listeners`, [...tcp.demux.listeners()].length);
    zero(`${name}'s ports`, tcp.ports.size);
    zero(`${name}'s TIME_WAIT`, tcp.timeWaits.count);
    zero(`${name}'s orphans`, tcp.orphans);
    zero(`${name}'s requests`, tcp.requestCount);
  }
  for (const { inet } of all.values()) zero("fragments", inet.ip.reassembly.trueBytes);
  for (const { host, tcb, socket } of connections) {
    const name = `${host.name}'s ${tcb.localPort}`;
    if (tcb.state !== "CLOSED") problems.push(`${name} is in ${tcb.state}`);
    zero(`${name}: timers`, Number(tcb.timers.isQueued) + Number(tcb.timers.next() !== Number.POSITIVE_INFINITY));
    zero(`${name}: send queue`, tcb.sendQueue.length);
    zero(`${name}: sent`, tcb.sent.pipeBytes + Number(!tcb.sent.isEmpty));
    zero(`${name}: held`, tcb.heldBytes);
    // A socket that was released is charged no more, nor given back.
    if (socket?.isReleased !== true) zero(`${name}: charged`, socket?.sendQueueBytes ?? 0);
    zero(`${name}: received`, socket?.isReleased ? socket.receiveQueueBytes : 0);
  }
  return problems;
}
