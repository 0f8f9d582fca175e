/**
 * The few calls of Linux that a TAP device needs and Node does not have, through koffi.
 *
 * Read first: the kernel's Documentation/networking/tuntap.rst, netdevice(7). open(2) and write(2) are Node's own, as they
 * are quick enough there; ioctl(2), read(2) until EAGAIN, and waiting for a descriptor are not. koffi is an optional peer
 * dependency: whoever has no use for a TAP device need not install it.
 */
import { createRequire } from "node:module";

/** Waits for a descriptor to be readable, within Node's event loop. */
export interface Watch {
  start(callback: () => void): void;
  stop(): void;
  close(): void;
}

/** What is taken from the C library. */
export interface Native {
  /** ioctl(2) with a structure, which is changed in place: 0 or -1. */
  ioctl(fd: number, request: number, argument: Uint8Array): number;
  /** The same with a plain number. */
  ioctlNumber(fd: number, request: number, argument: number): number;
  /** read(2): the bytes read, or -1. */
  read(fd: number, into: Uint8Array, length: number): number;
  /** The errno of the last call, as a number. */
  errno(): number;
  watch(fd: number, callback: () => void): Watch;
}

type Koffi = typeof import("koffi");

let loaded: Native | null = null;

/** Loads koffi, once. Throws an Error that says what to install when it is not there. */
export function loadNative(): Native {
  loaded ??= bind(requireKoffi());
  return loaded;
}

function requireKoffi(): Koffi {
  try {
    return createRequire(import.meta.url)("koffi") as Koffi;
  } catch (cause) {
    throw new Error('a TAP device needs the package "koffi", to call ioctl(2): npm install koffi', { cause });
  }
}

function bind(koffi: Koffi): Native {
  const libc = koffi.load(null);
  return {
    ioctl: libc.func("int ioctl(int fd, unsigned long request, _Inout_ uint8_t *argument)"),
    ioctlNumber: libc.func("int ioctl(int fd, unsigned long request, unsigned long argument)"),
    // The plain pointer is quicker than an output parameter: nothing is copied.
    read: libc.func("long read(int fd, void *into, unsigned long length)"),
    errno: () => koffi.errno(),
    watch: (fd, callback) => {
      const handle = koffi.node.poll(fd, { readable: true }, callback);
      return {
        start: (again) => handle.start({ readable: true }, again),
        stop: () => handle.stop(),
        close: () => handle.close(),
      };
    },
  };
}
