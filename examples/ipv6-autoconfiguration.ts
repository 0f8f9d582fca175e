/**
 * IPv6 without a single address of a host written down: two Ethernets, two routers and a cable between these.
 *
 *     anna ───west─── r1 2001:db8:1::1
 *                     r1 2001:db8:f::1 ───cable─── 2001:db8:f::2 r2
 *                                                  2001:db8:2::1 r2 ───east─── bert
 *
 * Anna and bert make themselves a link-local address, ask whether it is free, solicit routers, and from what these advertise make
 * an address and a default route. Anna looks up what bert's has become (/run/hosts knows it) and writes him a letter that is too
 * large for a frame, over three hops. Bert says on his link, to a group, that it has come: his router listens to that.
 *
 * Run it:   npx netloom run examples/ipv6-autoconfiguration.ts
 * Read:     RFC 4861 (neighbour discovery), RFC 4862 (autoconfiguration), ipv6(7).
 */
import {
  AF_INET6,
  getaddrinfo,
  IPPROTO_IPV6,
  IPV6_JOIN_GROUP,
  IPV6_RECVHOPLIMIT,
  SOCK_DGRAM,
  type Sys,
  type World,
} from "netloom";

const STDOUT = 1;
const PORT = 7777;
const GROUP = "ff02::7777";
const LETTER = "Dear Bert, ".padEnd(4000, "and so on, ");

/** Waits for a letter, and says whence and how far it has come. */
async function bert(sys: Sys): Promise<void> {
  const s = sys.socket(AF_INET6, SOCK_DGRAM);
  sys.setsockopt(s, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
  sys.bind(s, { address: "::", port: PORT });
  const buf = new Uint8Array(10_000);
  const { bytes, source, control } = await sys.recvmsg(s, buf);
  const hops = 64 - Number(control[0]?.value) + 1;
  await sys.write(STDOUT, `${bytes} bytes from ${source.address}, ${hops} hops away: ${text(buf, 10)}...\n`);
  await sys.sendto(s, "A letter has come", { address: `${GROUP}%eth0`, port: PORT });
  await sys.sendto(s, "Thank you, Anna", source as { address: string; port: number });
  sys.close(s);
}

/** On the router of bert's link: listens to the group. */
async function clerk(sys: Sys): Promise<void> {
  const s = sys.socket(AF_INET6, SOCK_DGRAM);
  sys.bind(s, { address: "::", port: PORT });
  // The second interface is that of bert's link: lo is 1, the cable 2, east 3.
  sys.setsockopt(s, IPPROTO_IPV6, IPV6_JOIN_GROUP, { ipv6mr_multiaddr: GROUP, ipv6mr_interface: 3 });
  const buf = new Uint8Array(100);
  const { bytes, source } = await sys.recvfrom(s, buf);
  await sys.write(STDOUT, `"${text(buf, bytes)}" says ${source.address}\n`);
  sys.close(s);
}

/** Looks up where bert is, and writes to him. */
async function anna(sys: Sys): Promise<void> {
  // Whoever has just been switched on has no address of the world yet.
  await sys.sleep(10);
  const s = sys.socket(AF_INET6, SOCK_DGRAM);
  sys.bind(s, { address: "::", port: PORT });
  const [found] = await getaddrinfo(sys, "bert", String(PORT), { family: AF_INET6, socktype: SOCK_DGRAM });
  if (found === undefined) return;
  await sys.write(STDOUT, `bert is ${found.address.address}\n`);
  await sys.sendto(s, LETTER, found.address);

  const buf = new Uint8Array(100);
  const answer = await sys.recvfrom(s, buf);
  await sys.write(STDOUT, `"${text(buf, answer.bytes)}" says ${answer.source.address}\n`);
  sys.close(s);
}

function text(buf: Uint8Array, bytes: number): string {
  return new TextDecoder().decode(buf.subarray(0, bytes));
}

export default function scenario(world: World): void {
  const [west, east] = [world.segment("west"), world.segment("east")];
  const cable = world.cable({ name: "cable" });

  const hosts = { anna: world.host("anna"), r1: world.host("r1"), r2: world.host("r2"), bert: world.host("bert") };
  hosts.anna.attach(west, "auto");
  hosts.bert.attach(east, "auto");
  const toWest = hosts.r1.attach(west, "2001:db8:1::1/64");
  hosts.r1.attach(cable, "2001:db8:f::1/64");
  hosts.r2.attach(cable, "2001:db8:f::2/64");
  const toEast = hosts.r2.attach(east, "2001:db8:2::1/64");

  for (const router of [hosts.r1, hosts.r2]) router.forwarding = true;
  hosts.r1.route("2001:db8:2::/64", { via: "2001:db8:f::2" });
  hosts.r2.route("2001:db8:1::/64", { via: "2001:db8:f::1" });
  hosts.r1.advertise(toWest);
  hosts.r2.advertise(toEast, { mtu: 1400 });

  hosts.anna.spawn("anna", anna);
  hosts.r2.spawn("clerk", clerk);
  hosts.bert.spawn("bert", bert);
}
