/**
 * The interface identifier: the lower 64 bits of the addresses that a host makes for itself.
 *
 * Read first: RFC 4291 Appendix A (EUI-64), RFC 7217 (stable ones that do not show the link address);
 * net.ipv6.conf.*.addr_gen_mode.
 */
import { RollingHash } from "../../base/hash.ts";
import type { Interface } from "../../netif/interface.ts";
import { IpAddress } from "../../wire/ip-address.ts";
import type { Ip } from "../ip/ip.ts";

/** IN6_ADDR_GEN_MODE_EUI64. */
const EUI_64 = 0;
const TWO_TO_24 = 0x100_0000;

/**
 * The address of an interface behind a prefix of 64 bits. `attempt` counts the duplicates that were met: only a stable
 * identifier can be made anew.
 */
export function makeAddress(ip: Ip, through: Interface, prefix: IpAddress, secret: number, attempt: number): IpAddress {
  const mode = ip.v6.settings.interfaces.of(through).addr_gen_mode.value;
  const [w2, w3] =
    mode === EUI_64 && through.linkType === "ethernet"
      ? eui64(through.macAddress)
      : stable(`${prefix} ${through.name} ${attempt} ${secret}`);
  return IpAddress.v6(prefix.w0, prefix.w1, w2, w3);
}

/** RFC 4291 Appendix A: ff:fe in the middle, and the universal/local bit turned over. */
function eui64(macAddress: number): readonly [number, number] {
  const upper = Math.floor(macAddress / TWO_TO_24);
  const lower = macAddress % TWO_TO_24;
  return [((upper << 8) | 0xff) ^ 0x0200_0000, 0xfe00_0000 + lower];
}

function stable(text: string): readonly [number, number] {
  const first = RollingHash.ofString(text);
  return [first, RollingHash.ofString(`${first} ${text}`)];
}
