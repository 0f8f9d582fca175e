/**
 * tcpdump(8): what passes the interfaces of this host, a line for each packet, or a pcapng file.
 *
 * Read first: tcpdump(8), packet(7), filter.ts; wire/tcpdump.ts has the words. Addresses are always in numbers, as with -n.
 * Order: open the sockets → for each frame: filter → line or record → until the count is reached or Ctrl-C → how many.
 */
import { O_CREAT, O_TRUNC, O_WRONLY } from "../../../abi/fcntl.ts";
import {
  ETH_P_ALL,
  PACKET_ADD_MEMBERSHIP,
  PACKET_MR_PROMISC,
  PACKET_OUTGOING,
  PACKET_STATISTICS,
  SOL_PACKET,
} from "../../../abi/packet.ts";
import { AF_PACKET, SO_RCVBUF, SOCK_RAW, SOL_SOCKET } from "../../../abi/socket.ts";
import { SystemError } from "../../../kernel/system-error.ts";
import type { InterfaceSnapshot } from "../../../netif/interface-table.ts";
import type { IpAddress } from "../../../wire/ip-address.ts";
import * as pcapng from "../../../wire/pcapng.ts";
import { hostByName } from "../../names/hosts.ts";
import { getservbyname } from "../../names/services.ts";
import { Netlink } from "../../netlink.ts";
import { momentOf } from "../date.ts";
import { writeAll } from "../lines.ts";
import { errorText, type Tool, type Toolbox } from "../tool.ts";
import { Interrupt, readable } from "./clock.ts";
import { type Filter, FilterError, parseFilter } from "./filter.ts";
import { factsOf } from "./packet-facts.ts";
import { type Form, packetText } from "./packet-text.ts";

const SNAP_BYTES = 262_144;
const RECEIVE_BYTES = 4_194_304;
const LINK_TYPES = {
  ethernet: { number: pcapng.LINKTYPE_ETHERNET, name: "EN10MB (Ethernet)" },
  ppp: { number: pcapng.LINKTYPE_PPP, name: "PPP (PPP)" },
  "raw-ip": { number: pcapng.LINKTYPE_RAW, name: "RAW (Raw IP)" },
} as const;
const ANY = "any";

export const tcpdump: Tool = {
  name: "tcpdump",
  usage: "[-DelnptTvxX] [-i INTERFACE] [-c COUNT] [-w FILE] [EXPRESSION]",
  summary: `Shows the packets that pass an interface. Ctrl-C ends it. Only root may.
  -i INTERFACE  the first one that is up, or "any"   -c COUNT  ends after so many packets
  -w FILE  writes them to a file, as pcapng          -D  the interfaces that there are
  -e  the link header  -v  the IP header  -x, -X  the bytes  -t  no time  -T  the date too
  -p  not in promiscuous mode   -n  no names (always)   -l  each line at once (always)
An expression says which: host, net, port, portrange, src, dst, ether, proto; ip, ip6, arp, icmp, icmp6, tcp, udp, igmp;
less, greater, broadcast, multicast; and, or, not, parentheses: tcpdump -i eth0 'udp and not port 53'`,
  options: "c:Deli:nptTUvw:xX",
  async run(box) {
    const links = new Netlink(box.sys).links();
    if (box.has("D")) return await listInterfaces(box, links);
    const filter = await filterOf(box, box.operands.join(" "));
    const name = box.value("i") ?? links.find(({ up, linkType }) => up && linkType !== "raw-ip")?.name ?? "lo";
    const chosen = links.find((link) => link.name === name || String(link.index) === name);
    if (chosen === undefined && name !== ANY) box.fail(`${name}: No such device exists`);
    return await new Dump(box, links, chosen, filter).run();
  },
};

async function listInterfaces(box: Toolbox, links: readonly InterfaceSnapshot[]): Promise<void> {
  const shown = [...links.map(({ name, up }) => `${name}${up ? " [Up, Running]" : ""}`), `${ANY} (all interfaces)`];
  await box.out(shown.map((text, index) => `${index + 1}.${text}\n`).join(""));
}

async function filterOf(box: Toolbox, text: string): Promise<Filter> {
  const { sys } = box;
  try {
    return await parseFilter(text, {
      addresses: async (name): Promise<readonly IpAddress[]> => (await hostByName(sys, name))?.addresses ?? [],
      port: async (name) => (await getservbyname(sys, name))?.port,
    });
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    return box.fail(`can't parse filter expression: ${error.message}`);
  }
}

class Dump {
  readonly #box: Toolbox;
  /** By their index. */
  readonly #links: ReadonlyMap<number, InterfaceSnapshot>;
  readonly #chosen: InterfaceSnapshot | undefined;
  readonly #filter: Filter;
  readonly #form: Form;
  readonly #interrupt: Interrupt;
  #captured = 0;
  /** Of the file: its descriptor, and the number of each interface in it. */
  #file = -1;
  readonly #numbers: Map<number, number> = new Map<number, number>();

  constructor(
    box: Toolbox,
    links: readonly InterfaceSnapshot[],
    chosen: InterfaceSnapshot | undefined,
    filter: Filter,
  ) {
    this.#box = box;
    this.#links = new Map(links.map((link) => [link.index, link]));
    this.#chosen = chosen;
    this.#filter = filter;
    this.#form = {
      withLink: box.has("e"),
      isVerbose: box.has("v"),
      hex: box.has("X") ? "text" : box.has("x") ? "plain" : "none",
    };
    this.#interrupt = new Interrupt(box.sys);
  }

  async run(): Promise<number> {
    const { sys } = this.#box;
    const fd = this.#open();
    await this.#begin();
    const count = this.#box.number("c", 1, 1e9) ?? Number.POSITIVE_INFINITY;
    const buffer = new Uint8Array(SNAP_BYTES);
    while (this.#captured < count && !this.#interrupt.happened) {
      if (!(await readable(sys, fd, Number.POSITIVE_INFINITY))) continue;
      try {
        const { bytes, source } = await sys.recvfrom(fd, buffer);
        if ("pkttype" in source) await this.#packet(buffer.slice(0, bytes), source.ifindex, source.pkttype);
      } catch (error) {
        if (!(error instanceof SystemError)) throw error;
        if (error.code === "EINTR") continue;
        await this.#box.complain(errorText(error));
        break;
      }
    }
    const { tp_packets: seen, tp_drops: drops } = sys.getsockopt(fd, SOL_PACKET, PACKET_STATISTICS);
    await this.#tell(
      `${this.#captured} packets captured\n${seen} packets received by filter\n${drops} packets dropped by kernel\n`,
    );
    return this.#box.status;
  }

  #open(): number {
    const { sys } = this.#box;
    try {
      const fd = sys.socket(AF_PACKET, SOCK_RAW, ETH_P_ALL);
      sys.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BYTES);
      if (this.#chosen === undefined) return fd;
      const { index } = this.#chosen;
      sys.bind(fd, { ifindex: index, protocol: ETH_P_ALL });
      const membership = { mr_ifindex: index, mr_type: PACKET_MR_PROMISC };
      if (!this.#box.has("p")) sys.setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership);
      return fd;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      const name = this.#chosen?.name ?? ANY;
      return this.#box.fail(
        `${name}: You don't have permission to perform this capture on that device (${errorText(error)})`,
      );
    }
  }

  async #begin(): Promise<void> {
    const path = this.#box.value("w");
    const name = this.#chosen?.name ?? ANY;
    const link = this.#chosen === undefined ? "of each interface" : LINK_TYPES[this.#chosen.linkType].name;
    if (path !== undefined) {
      this.#file = path === "-" ? 1 : await this.#box.sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644);
      const host = this.#box.sys.gethostname();
      await this.#append({ type: "section-header", application: "netloom", comment: `host ${host}` });
    } else if (!this.#form.isVerbose) {
      await this.#tell("tcpdump: verbose output suppressed, use -v for full protocol decode\n");
    }
    await this.#tell(
      `${path === undefined ? "" : "tcpdump: "}listening on ${name}, link-type ${link}, snapshot length ${SNAP_BYTES} bytes\n`,
    );
  }

  async #packet(bytes: Uint8Array, index: number, kind: number): Promise<void> {
    const link = this.#links.get(index);
    if (link === undefined) return;
    const linkType = LINK_TYPES[link.linkType].number;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (!this.#filter(factsOf(linkType, view))) return;
    this.#captured++;
    const direction = kind === PACKET_OUTGOING ? "Out" : "In ";
    if (this.#file >= 0) return await this.#record(bytes, link, direction);
    const where = this.#chosen === undefined ? `${link.name.padEnd(5)} ${direction} ` : "";
    await this.#box.out(`${this.#time()}${where}${packetText(linkType, view, this.#form)}\n`);
  }

  /** "09:04:17.000123 ", the date before it with -T, nothing with -t. */
  #time(): string {
    if (this.#box.has("t")) return "";
    const { seconds, nanoseconds } = this.#box.sys.clockGettime("CLOCK_REALTIME");
    const { year, month, day, time } = momentOf(seconds);
    const two = (value: number): string => String(value).padStart(2, "0");
    const date = this.#box.has("T") ? `${year}-${two(month + 1)}-${two(day)} ` : "";
    return `${date}${time}.${String(Math.floor(nanoseconds / 1000)).padStart(6, "0")} `;
  }

  async #record(bytes: Uint8Array, link: InterfaceSnapshot, direction: string): Promise<void> {
    let number = this.#numbers.get(link.index);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(link.index, number);
      const linkType = LINK_TYPES[link.linkType].number;
      await this.#append({
        type: "interface-description",
        linkType,
        snapLength: 0,
        name: link.name,
        description: `link ${link.linkName}`,
      });
    }
    const { seconds, nanoseconds } = this.#box.sys.clockGettime("CLOCK_REALTIME");
    await this.#append({
      type: "enhanced-packet",
      interfaceId: number,
      timeNs: BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds),
      captured: bytes,
      originalLength: bytes.length,
      direction: direction === "Out" ? "outbound" : "inbound",
    });
  }

  async #append(block: pcapng.Block): Promise<void> {
    await writeAll(this.#box.sys, this.#file, pcapng.emit(block));
  }

  async #tell(text: string): Promise<void> {
    await this.#box.sys.write(2, text);
  }
}
