/**
 * net.ipv4.ip_local_reserved_ports: ports that nobody gets without asking for them by number.
 *
 * Read first: Linux's Documentation/networking/ip-sysctl; proc_do_large_bitmap, whose form the text has: "8080,9000-9010".
 */
import type { Errno } from "../../abi/errno.ts";
import type { Setting } from "../../base/sysctl.ts";

const PORT_MAX = 65_535;

export class ReservedPorts implements Setting {
  #ports: Set<number> = new Set<number>();

  has(port: number): boolean {
    return this.#ports.has(port);
  }

  /** In rising order, with "-" where at least two follow each other. */
  get text(): string {
    const ranges: { first: number; last: number }[] = [];
    for (const port of [...this.#ports].sort((one, other) => one - other)) {
      const range = ranges.at(-1);
      if (range !== undefined && range.last === port - 1) range.last = port;
      else ranges.push({ first: port, last: port });
    }
    return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
  }

  /** Takes the place of all that were there. */
  write(text: string): 0 | Errno {
    const ports = new Set<number>();
    for (const part of text.trim().split(",")) {
      if (part === "") continue;
      const words = part.split("-");
      if (words.length > 2 || !words.every(isPort)) return "EINVAL";
      const [first = 0, last = first] = words.map(Number);
      if (first > last) return "EINVAL";
      for (let port = first; port <= last; port++) ports.add(port);
    }
    this.#ports = ports;
    return 0;
  }
}

function isPort(word: string): boolean {
  return /^(0x[\da-f]+|\d+)$/i.test(word) && Number(word) <= PORT_MAX;
}
