/**
 * Opening a TAP device: /dev/net/tun, and the ioctls that make it one, each with a message that says what to do where it fails.
 *
 * Read first: the kernel's Documentation/networking/tuntap.rst, netdevice(7), Linux's tun_set_iff and set_offload.
 */
import { closeSync, constants, openSync } from "node:fs";
import type { Native } from "./native.ts";

// linux/if_tun.h, linux/if.h.
const TUNSETIFF = 0x4004_54ca;
const TUNSETOFFLOAD = 0x4004_54d0;
const TUNSETVNETLE = 0x4004_54dc;
const IFF_TAP = 0x0002;
const IFF_NO_PI = 0x1000;
const IFF_VNET_HDR = 0x4000;
const TUN_F_CSUM = 1;
const TUN_F_TSO4 = 2;
const TUN_F_TSO6 = 4;
const TUN_F_TSO_ECN = 8;
const IFNAMSIZ = 16;
const IFREQ_BYTES = 40;
const EPERM = 1;
const EBUSY = 16;
const EINVAL = 22;

/** An open device. */
export interface TapDescriptor {
  readonly fd: number;
  /** Linux's name of its end. */
  readonly name: string;
}

/** Opens the device with that name, with the header for offload or without. Throws an Error that says what is missing. */
export function openDescriptor(native: Native, name: string, offload: boolean): TapDescriptor {
  const fd = openControl();
  try {
    const given = setInterface(native, fd, name, offload ? IFF_VNET_HDR : 0);
    if (offload) setOffload(native, fd, given);
    return { fd, name: given };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function openControl(): number {
  try {
    return openSync("/dev/net/tun", constants.O_RDWR | constants.O_NONBLOCK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason =
      code === "ENOENT" || code === "ENODEV"
        ? "there is no /dev/net/tun: load the module (modprobe tun), or give the container the device"
        : `/dev/net/tun can't be opened (${code}): run as root, or be given access to it`;
    throw new Error(reason, { cause });
  }
}

/** TUNSETIFF: makes the interface, or takes up one that is there; answers its name. */
function setInterface(native: Native, fd: number, name: string, flags: number): string {
  const request = Buffer.alloc(IFREQ_BYTES);
  request.write(name, "latin1");
  request.writeUInt16LE(IFF_TAP | IFF_NO_PI | flags, IFNAMSIZ);
  if (native.ioctl(fd, TUNSETIFF, request) < 0) throw new Error(explain(name, native.errno(), flags !== 0));
  return request.toString("latin1", 0, request.indexOf(0));
}

/** From now on Linux leaves checksums to us, and hands over large segments. */
function setOffload(native: Native, fd: number, name: string): void {
  const one = Uint8Array.of(1, 0, 0, 0);
  const features = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
  if (native.ioctl(fd, TUNSETVNETLE, one) === 0 && native.ioctlNumber(fd, TUNSETOFFLOAD, features) === 0) return;
  throw new Error(
    `Linux refuses segmentation offload on the TAP device "${name}" (errno ${native.errno()}): open it with { offload: false }`,
  );
}

function explain(name: string, errno: number, offload: boolean): string {
  if (errno === EPERM) {
    return (
      `making the TAP device "${name}" needs CAP_NET_ADMIN: run as root, or let root make one for you ` +
      "(ip tuntap add dev tap0 mode tap user NAME) and name it"
    );
  }
  if (errno === EBUSY) return `the TAP device "${name}" is in use by another program`;
  if (errno === EINVAL) {
    const hint = offload ? ", or it has no header for offload: then open it with { offload: false }" : "";
    return `Linux has an interface "${name}" already, and it is no TAP device${hint}`;
  }
  return `Linux refuses to make the TAP device "${name}" (errno ${errno})`;
}
