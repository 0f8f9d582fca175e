/**
 * The socket options of fast open.
 *
 * Read first: tcp(7), RFC 7413 appendix A; Linux's do_tcp_setsockopt, whose bounds and errors are kept.
 */
import type { Errno } from "../../abi/errno.ts";
import { SOMAXCONN } from "../../abi/socket.ts";
import { TCP_FASTOPEN, TCP_FASTOPEN_CONNECT, TCP_FASTOPEN_KEY, TCP_FASTOPEN_NO_COOKIE } from "../../abi/tcp.ts";
import type { OptionValue } from "../../socket/option.ts";
import { isClientEnabled } from "./fast-open.ts";
import { CookieKeys } from "./fast-open-cookie.ts";
import { fastOpenMax } from "./fast-open-listen.ts";
import type { Tcb } from "./tcb.ts";

export function getFastOpen(tcb: Tcb, option: number): OptionValue | Errno {
  const { options, listener, tcp } = tcb;
  switch (option) {
    case TCP_FASTOPEN:
      if (listener !== null) return fastOpenMax(listener);
      return tcb.state === "CLOSED" ? options.fastOpenMax : 0;
    case TCP_FASTOPEN_CONNECT:
      return Number(options.fastOpenConnect);
    case TCP_FASTOPEN_KEY:
      return (options.fastOpenKeys ?? tcp.fastOpen.keys).bytes;
    case TCP_FASTOPEN_NO_COOKIE:
      return Number(options.fastOpenNoCookie);
    default:
      return "ENOPROTOOPT";
  }
}

/** Undefined: it is another option. */
export function setFastOpen(tcb: Tcb, option: number, value: OptionValue): 0 | Errno | undefined {
  switch (option) {
    case TCP_FASTOPEN:
      return setMax(tcb, value);
    case TCP_FASTOPEN_CONNECT:
      if (value !== 0 && value !== 1) return "EINVAL";
      if (!isClientEnabled(tcb.tcp)) return "EOPNOTSUPP";
      if (tcb.state !== "CLOSED") return "EINVAL";
      tcb.options = { ...tcb.options, fastOpenConnect: value === 1 };
      return 0;
    case TCP_FASTOPEN_KEY:
      return setKey(tcb, value);
    case TCP_FASTOPEN_NO_COOKIE:
      if ((value !== 0 && value !== 1) || !isUnused(tcb)) return "EINVAL";
      tcb.options = { ...tcb.options, fastOpenNoCookie: value === 1 };
      return 0;
    default:
      return undefined;
  }
}

function setMax(tcb: Tcb, value: OptionValue): 0 | Errno {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || !isUnused(tcb)) return "EINVAL";
  const max = Number(tcb.tcp.machine.sysctl.read("net.core.somaxconn") ?? SOMAXCONN);
  tcb.options = { ...tcb.options, fastOpenMax: Math.min(value, max) };
  return 0;
}

function setKey(tcb: Tcb, value: OptionValue): 0 | Errno {
  const keys = value instanceof Uint8Array ? CookieKeys.fromBytes(value) : null;
  if (keys === null) return "EINVAL";
  tcb.options = { ...tcb.options, fastOpenKeys: keys };
  return 0;
}

function isUnused({ state }: Tcb): boolean {
  return state === "CLOSED" || state === "LISTEN";
}
