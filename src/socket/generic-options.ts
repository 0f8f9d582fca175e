/**
 * Options of SOL_SOCKET that several protocols share: the socket layer holds them, protocols look.
 *
 * Read first: socket(7). docs/COMPATIBILITY.md says which of them have an effect. A protocol that must act when one
 * changes, or refuse, has `changing` (protocol.ts).
 */
import type { Linger } from "./option.ts";

const NO_LINGER: Linger = { onoff: 0, linger: 0 };

export class GenericOptions {
  dontRoute = false;
  keepAlive = false;
  linger: Linger = NO_LINGER;
  /** Do received messages carry their time, and in which unit? */
  timestamp: "none" | "microseconds" | "nanoseconds" = "none";
  mark = 0;
  oobInline = false;
  priority = 0;
  receiveLowWaterBytes = 1;
  reusePort = false;
  /** The name of an interface; "" when it is not bound to one. */
  device = "";

  /** As accept(2): the connection has those of its listener. */
  takeOver(from: GenericOptions): void {
    this.dontRoute = from.dontRoute;
    this.keepAlive = from.keepAlive;
    this.linger = from.linger;
    this.timestamp = from.timestamp;
    this.mark = from.mark;
    this.oobInline = from.oobInline;
    this.priority = from.priority;
    this.receiveLowWaterBytes = from.receiveLowWaterBytes;
    this.reusePort = from.reusePort;
    this.device = from.device;
  }
}
