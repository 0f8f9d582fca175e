/**
 * What an ICMP error means to a transport. Read first: Linux's icmp_err_convert and icmp_unreach, RFC 1122 §3.2.2.
 */
import type { Errno } from "../../abi/errno.ts";
import * as icmpv4 from "../../wire/icmpv4.ts";
import type { IcmpError } from "../ip/ip.ts";

/** The part of the news that the message alone decides. */
export type Meaning = Pick<IcmpError, "kind" | "errno" | "isHard" | "mtu" | "type" | "code">;

/** The errors of ICMP: what a socket may have to hear of. */
export type ErrorMessage = Extract<
  icmpv4.Message,
  { readonly kind: "destination-unreachable" | "time-exceeded" | "parameter-problem" }
>;

/** By the code of "destination unreachable": the errno, and whether it is final. */
const UNREACHABLE: readonly (readonly [errno: Errno, isHard: boolean])[] = [
  ["ENETUNREACH", false],
  ["EHOSTUNREACH", false],
  ["ENOPROTOOPT", true],
  ["ECONNREFUSED", true],
  ["EMSGSIZE", false],
  ["EOPNOTSUPP", false],
  ["ENETUNREACH", true],
  ["EHOSTDOWN", true],
  ["ENONET", true],
  ["ENETUNREACH", true],
  ["EHOSTUNREACH", true],
  ["ENETUNREACH", false],
  ["EHOSTUNREACH", false],
  ["EHOSTUNREACH", true],
  ["EHOSTUNREACH", true],
  ["EHOSTUNREACH", true],
];

export function meaning(message: ErrorMessage): Meaning {
  const { code } = message;
  switch (message.kind) {
    case "destination-unreachable": {
      const type = icmpv4.DESTINATION_UNREACHABLE;
      if (code === icmpv4.FRAGMENTATION_NEEDED) {
        return { kind: "packet-too-big", errno: "EMSGSIZE", isHard: false, mtu: message.nextHopMtu, type, code };
      }
      const [errno, isHard] = UNREACHABLE[code] ?? ["EHOSTUNREACH", false];
      return { kind: "unreachable", errno, isHard, mtu: 0, type, code };
    }
    case "time-exceeded":
      return {
        kind: "time-exceeded",
        errno: "EHOSTUNREACH",
        isHard: false,
        mtu: 0,
        type: icmpv4.TIME_EXCEEDED,
        code,
      };
    case "parameter-problem":
      return {
        kind: "parameter-problem",
        errno: "EPROTO",
        isHard: true,
        mtu: 0,
        type: icmpv4.PARAMETER_PROBLEM,
        code,
      };
  }
}
