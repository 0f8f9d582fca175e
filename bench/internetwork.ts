/**
 * An internetwork: datagrams a second through one gateway, and a world of 1,000 hosts on 50 segments with 50 gateways:
 * how long it takes to make and to route (bar: 2 s), how much memory it has (bar: 1 GiB), and whether every host
 * reaches every other.
 */
import { AF_INET, type Host, type Program, SOCK_DGRAM, World } from "netloom";
import { rate, report } from "./lib/rates.ts";

const DATAGRAMS = 20_000;
const SEGMENTS = 50;
const HOSTS = 1000;

/** Sends a number of datagrams as fast as the buffer lets it, after the first has found its way. */
function flood(address: string, count: number): Program {
  return async (sys) => {
    const s = sys.socket(AF_INET, SOCK_DGRAM);
    const data = new Uint8Array(64);
    for (let sent = 0; sent < count; sent++) {
      await sys.sendto(s, data, { address, port: 7 });
      if (sent === 0) await sys.sleep(0.01);
    }
  };
}

async function throughGateway(): Promise<void> {
  const world = new World();
  const [left, right] = [world.cable(), world.cable()];
  const [a, gateway, b] = [world.host("a"), world.host("gateway"), world.host("b")];
  gateway.forwarding = true;
  a.attach(left, "10.0.0.2/24");
  gateway.attach(left, "10.0.0.1/24");
  gateway.attach(right, "10.0.1.1/24");
  b.attach(right, "10.0.1.2/24");
  world.autoroute();
  // Nobody listens: what is measured is the way, not the receiver. A rule takes the datagrams off before they go up.
  world.rule(right, (packet) => (packet.udp === undefined ? "pass" : "drop"));
  a.spawn("sender", flood("10.0.1.2", DATAGRAMS));
  await world.run();
  const forwarded = gateway.netstat().counters.IpForwDatagrams ?? 0;
  if (forwarded < DATAGRAMS) throw new Error(`only ${forwarded} datagrams went through the gateway`);
}

function build(): { world: World; hosts: Host[] } {
  const world = new World({ console: () => {} });
  const backbone = world.segment("backbone");
  const hosts: Host[] = [];
  for (let segment = 0; segment < SEGMENTS; segment++) {
    const lan = world.segment(`lan${segment}`);
    const gateway = world.host(`gateway${segment}`);
    gateway.forwarding = true;
    gateway.attach(backbone, `10.255.0.${segment + 1}/24`);
    gateway.attach(lan, `10.${segment}.0.1/24`);
    for (let number = 0; number < HOSTS / SEGMENTS; number++) {
      const host = world.host(`host${segment}-${number}`);
      host.attach(lan, `10.${segment}.0.${number + 2}/24`);
      hosts.push(host);
    }
  }
  world.autoroute();
  return { world, hosts };
}

/** Every host sends one datagram to every host, itself as well, and counts from how many it has heard. */
async function everyoneToEveryone(): Promise<string> {
  const { world, hosts } = build();
  const targets = hosts.map(
    (host) => host.netstat().addresses.find(({ interface: name }) => name === "eth0")?.address ?? "",
  );
  let pairs = 0;
  const receiver: Program = async (sys) => {
    const s = sys.socket(AF_INET, SOCK_DGRAM);
    sys.bind(s, { address: "0.0.0.0", port: 7 });
    const buffer = new Uint8Array(10);
    const seen = new Set<string>();
    while (seen.size < hosts.length) {
      const { source } = await sys.recvfrom(s, buffer);
      seen.add(source.address ?? "");
      pairs++;
    }
  };
  const sender =
    (index: number): Program =>
    async (sys) => {
      const s = sys.socket(AF_INET, SOCK_DGRAM);
      // Each begins with another target and takes its time: a million datagrams at one instant would not fit into any queue.
      for (let count = 0; count < targets.length; count++) {
        await sys.sendto(s, "x", { address: targets[(index + count) % targets.length] as string, port: 7 });
        await sys.sleep(0.05);
      }
    };
  for (const host of hosts) host.spawn("receiver", receiver, { daemon: true });
  for (const [index, host] of hosts.entries()) host.spawn("sender", sender(index));
  const begunMs = performance.now();
  const { nowNs } = await world.run();
  const seconds = (performance.now() - begunMs) / 1000;
  return `${pairs.toLocaleString("en-US")} of ${(HOSTS * HOSTS).toLocaleString("en-US")} pairs in ${seconds.toFixed(1)} s (${(nowNs / 1e9).toFixed(0)} s of virtual time)`;
}

rate({ name: "datagrams through a gateway, two cables", operations: DATAGRAMS }, throughGateway);
rate({ name: "a world of 1,050 hosts made and routed", operations: 1, barNs: 2e9 }, build);
await report();
const before = process.memoryUsage().rss;
const cpuBefore = process.cpuUsage();
const { hosts } = build();
// On a machine with other things to do the median above is theirs, too.
console.log(`made and routed once more: ${(process.cpuUsage(cpuBefore).user / 1e6).toFixed(2)} s of the processor`);
const after = process.memoryUsage();
console.log(
  `1,050 hosts: ${Math.round(after.rss / 2 ** 20)} MiB resident, ${Math.round((after.rss - before) / 2 ** 20)} of them new; ${hosts.length} ordinary hosts`,
);
console.log(`every host to every other: ${await everyoneToEveryone()}`);
console.log(`${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB resident afterwards; bar 1024`);
