/**
 * What an ICMPv6 error means to a transport. Read first: Linux's icmpv6_err_convert, RFC 4443 §3.
 */
import type { Errno } from "../../abi/errno.ts";
import * as icmpv6 from "../../wire/icmpv6.ts";
import type { IcmpError } from "../ip/ip.ts";

/** The part of the news that the message alone decides. */
export type Meaning = Pick<IcmpError, "kind" | "errno" | "isHard" | "mtu" | "type" | "code">;

/** By the code of "destination unreachable": the errno, and whether it is final. */
const UNREACHABLE: readonly (readonly [errno: Errno, isHard: boolean])[] = [
  ["ENETUNREACH", false],
  ["EACCES", true],
  ["EHOSTUNREACH", false],
  ["EHOSTUNREACH", false],
  ["ECONNREFUSED", true],
  ["EACCES", true],
  ["EACCES", true],
];

export function meaning(message: icmpv6.ErrorMessage): Meaning {
  const { code } = message;
  switch (message.kind) {
    case "destination-unreachable": {
      const [errno, isHard] = UNREACHABLE[code] ?? ["EPROTO", true];
      return { kind: "unreachable", errno, isHard, mtu: 0, type: icmpv6.DESTINATION_UNREACHABLE, code };
    }
    case "packet-too-big": {
      const { mtu } = message;
      return { kind: "packet-too-big", errno: "EMSGSIZE", isHard: false, mtu, type: icmpv6.PACKET_TOO_BIG, code };
    }
    case "time-exceeded":
      return {
        kind: "time-exceeded",
        errno: "EHOSTUNREACH",
        isHard: false,
        mtu: 0,
        type: icmpv6.TIME_EXCEEDED,
        code,
      };
    case "parameter-problem":
      return { kind: "parameter-problem", errno: "EPROTO", isHard: true, mtu: 0, type: icmpv6.PARAMETER_PROBLEM, code };
  }
}
