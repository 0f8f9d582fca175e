/**
 * Options of SOL_SOCKET that several protocols share: the socket layer holds them, protocols look.
 *
 * Read first: socket(7). docs/COMPATIBILITY.md says which of them have an effect. A protocol that must act when one
 * changes, or refuse, has `changing` (protocol.ts).
 */
import type { Linger } from "./option.ts";

export class GenericOptions {
  dontRoute = false;
  keepAlive = false;
  linger: Linger = { onoff: 0, linger: 0 };
  /** Do received messages carry their time, and in which unit? */
  timestamp: "none" | "microseconds" | "nanoseconds" = "none";
  mark = 0;
  oobInline = false;
  priority = 0;
  receiveLowWaterBytes = 1;
  reusePort = false;
  /** The name of an interface; "" when it is not bound to one. */
  device = "";
}
