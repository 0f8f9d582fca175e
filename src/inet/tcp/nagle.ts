/**
 * May a small segment wait for more data?
 *
 * Read first: RFC 9293 §3.7.4 (Nagle), Minshall's draft-minshall-nagle: a small segment waits only for another small one
 * that is on its way, so the last piece of a large write does not wait for the ACK of the piece before it. tcp(7), TCP_CORK.
 */
import { gt } from "../../base/seq32.ts";
import type { Tcb } from "./tcb.ts";

// @rfc 9293 3.7.4 SHLD-7, MUST-17
/** A segment smaller than the MSS that could be sent now: is it better to wait? */
export function shouldWait({ options, snd, sent, isMoreComing }: Tcb): boolean {
  if (options.cork || isMoreComing) return true;
  if (options.noDelay || sent.isEmpty) return false;
  return gt(snd.sml, snd.una);
}
