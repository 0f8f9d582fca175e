/** Programs that translate names: host(1) and getent(1). Read first: names/getaddrinfo.ts. */
import { SOCK_DGRAM } from "../../../abi/socket.ts";
import { IpAddress } from "../../../wire/ip-address.ts";
import { GaiError } from "../../names/gai-error.ts";
import { getaddrinfo } from "../../names/getaddrinfo.ts";
import { hostByAddress, hostByName } from "../../names/hosts.ts";
import { getprotobyname, getprotobynumber, getservbyname, getservbyport } from "../../names/services.ts";
import { readText } from "../system.ts";
import type { Tool, Toolbox } from "../tool.ts";

export const host: Tool = {
  name: "host",
  usage: "NAME|ADDRESS",
  summary: "Writes the addresses of a name, or the name of an address. Exit status 1: there is none.",
  async run(box) {
    const name = box.operands[0] ?? box.refuse("which host?");
    const address = IpAddress.parse(name);
    if (address !== undefined) {
      const found = await hostByAddress(box.sys, address);
      if (found !== undefined) return await box.out(`${reverseName(address)} domain name pointer ${found}.\n`);
      await box.out(`Host ${reverseName(address)} not found: 3(NXDOMAIN)\n`);
      return 1;
    }
    const entry = await hostByName(box.sys, name);
    if (entry === undefined) {
      await box.out(`Host ${name} not found: 3(NXDOMAIN)\n`);
      return 1;
    }
    const { canonicalName, addresses } = entry;
    if (canonicalName.toLowerCase() !== name.toLowerCase())
      await box.out(`${name} is an alias for ${canonicalName}.\n`);
    for (const one of addresses) {
      await box.out(`${canonicalName} has ${one.family === 6 ? "IPv6 " : ""}address ${one}\n`);
    }
  },
};

/** The name under which an address would be found in the domain name system. */
function reverseName(address: IpAddress): string {
  if (address.family === 4) return `${address.toString().split(".").reverse().join(".")}.in-addr.arpa`;
  const digits = [address.w0, address.w1, address.w2, address.w3]
    .map((word) => word.toString(16).padStart(8, "0"))
    .join("");
  return `${[...digits].reverse().join(".")}.ip6.arpa`;
}

export const getent: Tool = {
  name: "getent",
  usage: "hosts|ahosts|services|protocols [KEY]...",
  summary: "Writes entries of a table of names: all of them, or those of the keys. Exit status 2: a key is not found.",
  async run(box) {
    const [database = "", ...keys] = box.operands;
    const find = DATABASES[database] ?? box.refuse(`"${database}" is none of hosts, ahosts, services, protocols`);
    if (keys.length === 0) return await box.out(await listed(box, database));
    for (const key of keys) {
      const text = await find(box, key);
      if (text === undefined) return 2;
      await box.out(text);
    }
    return 0;
  },
};

type Find = (box: Toolbox, key: string) => Promise<string | undefined>;

const DATABASES: Readonly<Record<string, Find>> = {
  async hosts({ sys }, key) {
    const address = IpAddress.parse(key);
    if (address !== undefined) {
      const name = await hostByAddress(sys, address);
      return name === undefined ? undefined : `${key.padEnd(15)} ${name}\n`;
    }
    const entry = await hostByName(sys, key);
    return entry?.addresses.map((one) => `${one.toString().padEnd(15)} ${entry.canonicalName}\n`).join("");
  },
  async ahosts({ sys }, key) {
    try {
      const found = await getaddrinfo(sys, key, null, { socktype: SOCK_DGRAM });
      return found.map(({ address }) => `${address.address.padEnd(15)} DGRAM  ${key}\n`).join("");
    } catch (error) {
      if (error instanceof GaiError) return undefined;
      throw error;
    }
  },
  async services({ sys }, key) {
    const [name = key, protocol] = key.split("/");
    const found = /^\d+$/.test(name)
      ? await getservbyport(sys, Number(name), protocol)
      : await getservbyname(sys, name, protocol);
    return found && `${found.name.padEnd(21)} ${[`${found.port}/${found.protocol}`, ...found.aliases].join(" ")}\n`;
  },
  async protocols({ sys }, key) {
    const found = /^\d+$/.test(key) ? await getprotobynumber(sys, Number(key)) : await getprotobyname(sys, key);
    return found && `${found.name.padEnd(21)} ${[found.number, ...found.aliases].join(" ")}\n`;
  },
};

async function listed(box: Toolbox, database: string): Promise<string> {
  const file = database.endsWith("hosts") ? "/etc/hosts" : `/etc/${database}`;
  const lines = (await readText(box, file)).split("\n").map((line) => line.replace(/#.*/, "").trim());
  return lines.flatMap((line) => (line === "" ? [] : [`${line}\n`])).join("");
}
