/**
 * arping(8): who has an address, asked on one link with ARP.
 *
 * Read first: arping(8), RFC 826, RFC 5227 for -D. A packet socket sends the requests and sees the answers; only root may.
 */
import { ETH_P_ARP } from "../../../abi/packet.ts";
import { AF_PACKET, SOCK_DGRAM } from "../../../abi/socket.ts";
import { SystemError } from "../../../kernel/system-error.ts";
import * as arp from "../../../wire/arp.ts";
import { ANY_V4, IpAddress } from "../../../wire/ip-address.ts";
import * as mac from "../../../wire/mac-address.ts";
import { Netlink } from "../../netlink.ts";
import { errorText, type Tool, type Toolbox } from "../tool.ts";
import { Interrupt, nowNs, readable, roundTripText } from "./clock.ts";
import { targets } from "./names.ts";

const SECOND_NS = 1e9;

/** The link on which is asked. */
interface Link {
  readonly name: string;
  readonly index: number;
  readonly macAddress: mac.MacAddress;
  readonly own: IpAddress;
}

export const arping: Tool = {
  name: "arping",
  usage: "[-bDfq] [-c COUNT] [-w SECONDS] [-I INTERFACE] [-s SOURCE] ADDRESS",
  summary: `Asks with ARP who has an address, and tells who answers. Ctrl-C ends it.
  -c COUNT  ends after so many requests   -w SECONDS  ends after that time
  -I INTERFACE  where to ask              -s SOURCE   in whose name
  -f  ends with the first answer          -b  asks everybody each time, not who has answered
  -D  is the address taken? Exit status 1 when it is.  -q  says nothing
Exit status: 0 when somebody has answered, else 1; 2 for other errors.`,
  options: "bc:DfI:qs:w:",
  isMixed: true,
  async run(box) {
    const name = box.operands[0] ?? box.refuse("which address?");
    const target = await addressOf(box, name);
    const link = linkOf(box, target);
    return await ask(box, target, link);
  },
};

async function addressOf(box: Toolbox, name: string): Promise<IpAddress> {
  const found = (await targets(box, name)).map(({ address }) => IpAddress.parse(address));
  return found.find((address) => address?.family === 4) ?? box.fail(`${name}: no IPv4 address`, 2);
}

function linkOf(box: Toolbox, target: IpAddress): Link {
  const netlink = new Netlink(box.sys);
  const addresses = netlink.addresses().filter(({ address }) => !address.includes(":"));
  const isNear = ({ address, prefixLength }: (typeof addresses)[number]): boolean => {
    const own = IpAddress.parse(address);
    return own !== undefined && prefixLength > 0 && (own.w3 ^ target.w3) >>> (32 - prefixLength) === 0;
  };
  const name =
    box.value("I") ??
    addresses.find(isNear)?.interface ??
    box.fail("Suitable device could not be determined. Please, use option -I.", 2);
  const found = netlink.links().find((one) => one.name === name) ?? box.fail(`Device ${name} not available.`, 2);
  if (found.macAddress === "") box.fail(`Interface "${name}" is not ARPable`, 2);
  const given = box.value("s");
  const sources = addresses.filter((one) => one.interface === name);
  const text = given ?? (sources.find(isNear) ?? sources[0])?.address ?? "0.0.0.0";
  const own =
    box.has("D") && given === undefined ? ANY_V4 : (IpAddress.parse(text) ?? box.refuse(`"${text}" is no address`));
  return { name, index: found.index, macAddress: mac.parse(found.macAddress) ?? 0, own };
}

async function ask(box: Toolbox, target: IpAddress, link: Link): Promise<number> {
  const { sys } = box;
  const interrupt = new Interrupt(sys);
  const fd = openSocket(box, link);
  const isQuiet = box.has("q");
  const say = async (text: string): Promise<void> => (isQuiet ? undefined : await box.out(text));
  const limitNs = box.seconds("w");
  const endNs = limitNs === undefined ? Number.POSITIVE_INFINITY : nowNs(sys) + limitNs;
  const count = box.number("c", 1, 1e9) ?? Number.POSITIVE_INFINITY;
  await say(`ARPING ${target} from ${link.own} ${link.name}\n`);
  let [sent, received, broadcasts] = [0, 0, 0];
  let known: string | undefined;
  while (sent < count && nowNs(sys) < endNs && !interrupt.happened) {
    const to = box.has("b") || box.has("D") ? undefined : known;
    const sentNs = nowNs(sys);
    await sys.sendto(fd, request(target, link), {
      ifindex: link.index,
      protocol: ETH_P_ARP,
      addr: to ?? mac.format(mac.BROADCAST),
    });
    sent++;
    if (to === undefined) broadcasts++;
    const untilNs = Math.min(endNs, sentNs + SECOND_NS);
    while (await readable(sys, fd, untilNs)) {
      const answer = await receive(box, fd, target, link);
      if (answer === undefined) continue;
      received++;
      known ??= answer.from;
      await say(
        `${answer.kind} ${answer.what} from ${target} [${answer.from.toUpperCase()}]  ${roundTripText(nowNs(sys) - sentNs)}ms\n`,
      );
      if (box.has("f") || box.has("D")) break;
    }
    if (received > 0 && (box.has("f") || box.has("D"))) break;
  }
  await say(`Sent ${sent} probes (${broadcasts} broadcast(s))\nReceived ${received} response(s)\n`);
  return box.has("D") ? (received > 0 ? 1 : 0) : received > 0 ? 0 : 1;
}

function openSocket({ sys, fail }: Toolbox, { index }: Link): number {
  try {
    const fd = sys.socket(AF_PACKET, SOCK_DGRAM, ETH_P_ARP);
    sys.bind(fd, { ifindex: index, protocol: ETH_P_ARP });
    return fd;
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return fail(`socket: ${errorText(error)}`, 2);
  }
}

function request(target: IpAddress, { macAddress, own }: Link): Uint8Array {
  const message = new Uint8Array(arp.MESSAGE_LENGTH);
  arp.emit(new DataView(message.buffer), 0, { op: arp.REQUEST, sha: macAddress, spa: own, tha: 0, tpa: target });
  return message;
}

/** An answer of the one who is asked for; undefined: something else. */
async function receive({ sys }: Toolbox, fd: number, target: IpAddress, link: Link) {
  const buffer = new Uint8Array(128);
  const { bytes, source } = await sys.recvfrom(fd, buffer);
  const view = new DataView(buffer.buffer);
  if (arp.check(view, 0, Math.min(bytes, buffer.length)) !== true) return undefined;
  const { op, spa, sha, tpa } = arp.parse(view, 0);
  if (!spa.equals(target) || sha === link.macAddress) return undefined;
  // RFC 5227 §2.1.1: who asks for the same address at the same time wants it too.
  const isProbe = link.own.isUnspecified;
  if (op !== arp.REPLY && !(isProbe && op === arp.REQUEST)) return undefined;
  if (!isProbe && !tpa.equals(link.own)) return undefined;
  const kind = "pkttype" in source && source.pkttype === 0 ? "Unicast" : "Broadcast";
  return { from: mac.format(sha), kind, what: op === arp.REPLY ? "reply" : "request" };
}
