/**
 * Socket options of the level IPPROTO_TCP. Read first: tcp(7); Linux's do_tcp_setsockopt and do_tcp_getsockopt.
 */
import type { Errno } from "../../abi/errno.ts";
import { IPPROTO_TCP } from "../../abi/socket.ts";
import type { OptionValue } from "../../socket/option.ts";
import type { Tcb } from "./tcb.ts";

export function get(_tcb: Tcb, level: number, _option: number): OptionValue | Errno {
  if (level !== IPPROTO_TCP) return "ENOPROTOOPT";
  return "ENOPROTOOPT";
}

export function set(_tcb: Tcb, level: number, _option: number, _value: OptionValue): 0 | Errno {
  if (level !== IPPROTO_TCP) return "ENOPROTOOPT";
  return "ENOPROTOOPT";
}
