/**
 * `netloom explain layers`: the seven layers of the reference model, which of them exist here, and one datagram that was
 * really sent, taken apart.
 *
 * Order: layersPage() → capture() runs a world of two hosts and keeps the frame → dissect() → boxes() and fields.
 */
import { AF_INET, dissect, type Layer, LINKTYPE_ETHERNET, SOCK_DGRAM, World } from "../../entry-node.ts";
import { stdoutStyle } from "../style.ts";

interface ModelLayer {
  readonly number: number;
  readonly name: string;
  /** What of it exists here; null where nothing does. */
  readonly here: string | null;
  /** What it offers to the layer above. */
  readonly service: string;
  /** How it talks with its peer. */
  readonly protocol: string;
}

const MODEL: readonly ModelLayer[] = [
  {
    number: 7,
    name: "Application",
    here: "programs and their sockets",
    service: "what the person wants: a file, a page, the time",
    protocol: "the programs' own: echo, daytime, HTTP",
  },
  {
    number: 6,
    name: "Presentation",
    here: null,
    service: "one form of data for all machines",
    protocol: "left to applications",
  },
  {
    number: 5,
    name: "Session",
    here: null,
    service: "dialogues that outlive a connection",
    protocol: "left to applications",
  },
  {
    number: 4,
    name: "Transport",
    here: "TCP, UDP",
    service: "from process to process: streams that are reliable, datagrams that are not",
    protocol: "segments with ports, sequence numbers, checksums",
  },
  {
    number: 3,
    name: "Network",
    here: "IPv4, IPv6, ICMP, ICMPv6",
    service: "from host to host over gateways, as well as it can",
    protocol: "datagrams with addresses and a time to live; routing tables",
  },
  {
    number: 2,
    name: "Data link",
    here: "Ethernet, PPP, loopback",
    service: "from one interface to the next on the same link",
    protocol: "frames with hardware addresses or framing bytes; ARP, neighbour discovery",
  },
  {
    number: 1,
    name: "Physical",
    here: "cables, segments, serial lines (simulated)",
    service: "bits, with a rate, a delay and faults",
    protocol: "events in the world's event queue",
  },
];

const MESSAGE = "hello, world";

export async function layersPage(): Promise<string> {
  const { bold, dim } = stdoutStyle();
  const model = MODEL.flatMap(({ number, name, here, service, protocol }) => [
    `${bold(`${number}  ${name.padEnd(13)}`)} ${here ?? dim("not here")}`,
    `   service to the layer above   ${service}`,
    `   protocol with its peer       ${protocol}`,
  ]);
  const layers = dissect(LINKTYPE_ETHERNET, await capture());
  return [
    ...model,
    "",
    bold(`One datagram, as it was on the wire: sendto(s, "${MESSAGE}", { address: "10.0.0.2", port: 7 })`),
    "",
    ...boxes(layers),
    "",
    ...layers.flatMap(fieldLines),
    "",
  ].join("\n");
}

/** A frame that two hosts have really exchanged. */
async function capture(): Promise<Uint8Array> {
  const world = new World();
  const segment = world.segment("lan");
  const [alice, bob] = [world.host("alice"), world.host("bob")];
  alice.attach(segment, "10.0.0.1/24");
  bob.attach(segment, "10.0.0.2/24");
  const frames: Uint8Array[] = [];
  world.rule(segment, (packet) => {
    if (packet.udp !== undefined) frames.push(packet.bytes.slice());
    return "pass";
  });
  alice.spawn("sender", async (sys) => {
    const s = sys.socket(AF_INET, SOCK_DGRAM);
    await sys.sendto(s, MESSAGE, { address: "10.0.0.2", port: 7 });
    sys.close(s);
  });
  await world.run();
  return frames[0] ?? new Uint8Array(0);
}

/** Each layer's packet is the next one's payload: headers are put in front, from the message outwards. */
function boxes(layers: readonly Layer[]): string[] {
  const cells = layers.map((layer) => (layer.protocol === "payload" ? MESSAGE : `${layer.protocol} header`));
  return layers
    .map((_, index) => {
      const from = layers.length - 1 - index;
      const indent = cells.slice(0, from).reduce((sum, cell) => sum + cell.length + 3, 0);
      const row = cells
        .slice(from)
        .map((cell) => ` ${cell} `)
        .join("│");
      const what = ["application message", "UDP datagram", "IP datagram", "frame"][index] ?? "";
      return `${" ".repeat(indent)}│${row}│  ${what}`;
    })
    .map((line) => `  ${line}`);
}

function fieldLines({ protocol, offset, length, fields }: Layer): string[] {
  const { bold, dim } = stdoutStyle();
  const name = protocol === "payload" ? "application message" : protocol;
  const head = `${bold(name)} ${dim(`${length} bytes from byte ${offset}`)}`;
  if (protocol === "payload") return [head, `  ${JSON.stringify(MESSAGE)}`];
  return [head, ...fields.map(([field, value]) => `  ${field.padEnd(18)} ${value}`)];
}
