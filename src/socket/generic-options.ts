/**
 * Options of SOL_SOCKET that several protocols share: the socket layer holds them, protocols look.
 *
 * Read first: socket(7). docs/COMPATIBILITY.md says which of them have an effect. A protocol that must act when one
 * changes, or refuse, has `changing` (protocol.ts). Most sockets have none of these set, and share one record; whoever
 * sets one gets his own.
 */
import type { Linger } from "./option.ts";

export interface GenericOptions {
  readonly debug: boolean;
  readonly dontRoute: boolean;
  readonly keepAlive: boolean;
  readonly linger: Linger;
  /** Do received messages carry their time, and in which unit? */
  readonly timestamp: "none" | "microseconds" | "nanoseconds";
  readonly mark: number;
  readonly oobInline: boolean;
  readonly priority: number;
  readonly receiveLowWaterBytes: number;
  readonly reusePort: boolean;
  /** The name of an interface; "" when it is not bound to one. */
  readonly device: string;
}

export const DEFAULT_GENERIC_OPTIONS: GenericOptions = {
  debug: false,
  dontRoute: false,
  keepAlive: false,
  linger: { onoff: 0, linger: 0 },
  timestamp: "none",
  mark: 0,
  oobInline: false,
  priority: 0,
  receiveLowWaterBytes: 1,
  reusePort: false,
  device: "",
};
