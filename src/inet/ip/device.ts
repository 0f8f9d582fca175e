/**
 * SO_BINDTODEVICE: the one interface that a socket sends and receives through.
 *
 * Read first: socket(7). Every protocol's requests answer `changing()` with it.
 */
import type { Errno } from "../../abi/errno.ts";
import { SO_BINDTODEVICE } from "../../abi/socket.ts";
import type { Interface } from "../../netif/interface.ts";
import type { OptionValue, Text } from "../../socket/option.ts";
import type { Ip } from "./ip.ts";

/** Takes note of SO_BINDTODEVICE, and of no other option; an empty name unbinds. ENODEV: no interface has that name. */
export function bindToDevice(ip: Ip, pcb: { device: Interface | null }, option: number, value: OptionValue): 0 | Errno {
  if (option !== SO_BINDTODEVICE) return 0;
  const { text: name } = value as Text;
  const device = name === "" ? null : ip.netif.interfaces.get(name);
  if (device === undefined) return "ENODEV";
  pcb.device = device;
  return 0;
}
