/**
 * An internetwork: zonker is on three networks, and behind its default gateway there are more, one of them over PPP.
 *
 * Run it:   npx netloom run examples/internetwork.ts
 * RFC 791, RFC 1661, route(8), traceroute(8).
 *
 *     172.16.162.0/24 ── eth1 ┐                 ┌ eth1 ── 129.97.152.0/24
 *     129.97.74.0/24 ─── eth0 ┤ zonker   gateway ┤ eth0 ── 129.97.74.0/24
 *     192.168.148.0/24 ─ eth2 ┘                 └ ppp0 ─── PPP ─── ppp0 ┤ provider ├ eth0 ── 198.51.100.0/24
 *
 * It prints zonker's routing table, what a datagram from a process on 172.16.162.0/24 to one on 198.51.100.0/24 is wrapped
 * in on each link on its way, and the gateways that traceroute finds on it.
 */
import {
  AF_INET,
  describePacket,
  dissect,
  type Host,
  LINKTYPE_ETHERNET,
  LINKTYPE_PPP,
  type Program,
  SOCK_DGRAM,
  type TraceEvent,
  type World,
} from "netloom";

const PORT = 4000;
const FAR = "198.51.100.99";
const MESSAGE = "application message";
const STDOUT = 1;

/** A host's table as it is on a blackboard: "129.97.74.*" for a network of 256 addresses. */
export function routingTable(host: Host): string {
  const rows = host
    .routes()
    .filter(({ destination }) => !destination.includes(":"))
    .map(({ destination, gateway, interface: name }) => {
      const isDefault = destination === "0.0.0.0/0";
      return [isDefault ? "default" : destination.replace(/\.0\/24$/, ".*"), gateway ?? "-", name];
    })
    // The default route is the last to be tried.
    .sort(([one], [other]) => Number(one === "default") - Number(other === "default"));
  const lines = [["Destination", "Gateway", "Interface"], ...rows].map(
    ([destination = "", gateway = "", name = ""]) => {
      return `${destination.padEnd(16)}${gateway.padEnd(14)}${name}`;
    },
  );
  return lines.join("\n");
}

const receiver: Program = async (sys) => {
  const s = sys.socket(AF_INET, SOCK_DGRAM);
  sys.bind(s, { address: "0.0.0.0", port: PORT });
  const buffer = new Uint8Array(100);
  const { bytes, source } = await sys.recvfrom(s, buffer);
  const text = new TextDecoder().decode(buffer.subarray(0, bytes));
  await sys.write(STDOUT, `"${text}" from ${source.address}\n`);
};

const sender: Program = async (sys) => {
  await sys.sleep(1); // PPP takes its time to come up
  const s = sys.socket(AF_INET, SOCK_DGRAM);
  await sys.sendto(s, MESSAGE, { address: FAR, port: PORT });
};

/** Headers that wrap one another, and the message in the middle. */
function picture(headers: readonly string[]): string {
  return `${headers.map((name) => `[ ${name} header `).join("")}[ ${MESSAGE} ]${" ]".repeat(headers.length)}`;
}

/** A frame that leaves an interface with the message in it; undefined when another one does. */
function wrapping(
  event: TraceEvent,
): { readonly where: string; readonly headers: string[]; readonly line: string } | undefined {
  if (event.step !== "netif/output") return undefined;
  const linkType = event.linkType === "ppp" ? LINKTYPE_PPP : LINKTYPE_ETHERNET;
  const frame = event.frame.copyBytes();
  const layers = dissect(linkType, frame);
  const payload = layers.at(-1);
  if (payload === undefined || new TextDecoder().decode(frame.subarray(payload.offset)) !== MESSAGE) return undefined;
  const headers = layers.slice(0, -1).map(({ protocol }) => protocol);
  const line = describePacket(linkType, new DataView(frame.buffer), 0, frame.length);
  return { where: `${event.host} ${event.interface}`, headers, line };
}

export default async function internetwork(world: World): Promise<void> {
  const lan = (name: string) => world.segment(name, { rateMbps: 100 });
  const [lab, campus, home, students, far] = ["lab", "campus", "home", "students", "far"].map(lan) as [
    ReturnType<typeof lan>,
    ReturnType<typeof lan>,
    ReturnType<typeof lan>,
    ReturnType<typeof lan>,
    ReturnType<typeof lan>,
  ];
  const line = world.serial({ name: "leased-line", rateBps: 2_048_000, bitsPerByte: 8, delayMs: 10 });

  const zonker = world.host("zonker");
  zonker.attach(campus, "129.97.74.66/24");
  zonker.attach(lab, "172.16.162.1/24");
  zonker.attach(home, "192.168.148.1/24");
  zonker.route("default", { via: "129.97.74.1" });
  zonker.forwarding = true;

  const gateway = world.host("gateway");
  gateway.attach(campus, "129.97.74.1/24");
  gateway.attach(students, "129.97.152.1/24");
  const leased = gateway.ppp(line, { local: "192.0.2.1", remote: "192.0.2.2", ipv6: false });
  gateway.route("172.16.162.0/24", { via: "129.97.74.66" });
  gateway.route("192.168.148.0/24", { via: "129.97.74.66" });
  gateway.route("198.51.100.0/24", { through: leased.interface });
  gateway.forwarding = true;

  const provider = world.host("provider");
  provider.attach(far, "198.51.100.1/24");
  provider.ppp(line, { defaultRoute: true, ipv6: false });
  provider.forwarding = true;

  const put = (name: string, network: ReturnType<typeof lan>, address: string, via: string): Host => {
    const host = world.host(name);
    host.attach(network, address);
    host.route("default", { via });
    return host;
  };
  const doonesbury = put("doonesbury", lab, "172.16.162.2/24", "172.16.162.1");
  put("boopsie", home, "192.168.148.2/24", "192.168.148.1");
  put("cpu06", students, "129.97.152.106/24", "129.97.152.1");
  const server = put("server", far, `${FAR}/24`, "198.51.100.1");

  const table = `${routingTable(zonker)}\n`;
  zonker.spawn("netstat", async (sys) => {
    await sys.write(STDOUT, table);
  });
  server.spawn("receiver", receiver);
  doonesbury.spawn("sender", sender);

  const steps: string[] = [];
  using _ = world.trace((event) => {
    const step = wrapping(event);
    if (step === undefined) return;
    const { where, headers, line } = step;
    // The sender wraps it, layer by layer; each gateway takes the frame off and puts another one around it.
    if (steps.length === 0) {
      const layers = ["application", "transport", "network"];
      for (const [depth, layer] of layers.entries())
        steps.push(`${layer}:  ${picture(headers.slice(headers.length - depth))}`);
    }
    steps.push(`${where}:  ${picture(headers)}`, `    ${line}`);
  });
  await world.run();
  doonesbury.spawn("pictures", async (sys) => {
    for (const step of steps) await sys.write(STDOUT, `${step}\n`);
  });
  await world.run();
  doonesbury.spawn("traceroute", "/bin/traceroute", { args: ["-n", "-q", "1", FAR] });
  await world.run();
}
