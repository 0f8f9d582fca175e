/** Addresses and ports of sockets, in numbers or by their names, for netstat(8) and ss(8). */
import type { Sys } from "../../../kernel/sys/sys.ts";
import { getservbyport } from "../../names/services.ts";
import { nameOf } from "./names.ts";

/** Remembers what it has looked up. */
export class EndNames {
  readonly #sys: Sys;
  readonly #isNumeric: boolean;
  readonly #names: Map<string, string> = new Map<string, string>();

  constructor(sys: Sys, isNumeric: boolean) {
    this.#sys = sys;
    this.#isNumeric = isNumeric;
  }

  async host(address: string): Promise<string> {
    if (this.#isNumeric || isAny(address)) return address;
    return await this.#remember(`host ${address}`, () => nameOf(this.#sys, address));
  }

  async service(port: number | null, protocol: string): Promise<string> {
    if (port === null || port === 0) return "*";
    if (this.#isNumeric) return String(port);
    const plain = protocol.replace(/6$/, "");
    const find = async (): Promise<string> => (await getservbyport(this.#sys, port, plain))?.name ?? String(port);
    return await this.#remember(`${port}/${plain}`, find);
  }

  async #remember(key: string, find: () => Promise<string>): Promise<string> {
    const known = this.#names.get(key) ?? (await find());
    this.#names.set(key, known);
    return known;
  }
}

export function isAny(address: string): boolean {
  return address === "0.0.0.0" || address === "::" || address === "*";
}
