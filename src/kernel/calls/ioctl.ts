/**
 * ioctl(2): what every descriptor can do is done here, the rest by the object behind it.
 *
 * Where C fills an int or a struct, the call answers a number or a record.
 */
import type { Errno } from "../../abi/errno.ts";
import { O_ASYNC, O_NONBLOCK } from "../../abi/fcntl.ts";
import * as abi from "../../abi/ioctl.ts";
import { Socket } from "../../socket/socket.ts";
import type { Process } from "../process.ts";
import { FileOwner } from "../signals/file-owner.ts";

/** ioctl(2). EBADF; ENOTTY: the object has no such request; EINVAL. */
export function ioctl(process: Process, fd: number, request: number, argument: unknown): number | object | Errno {
  const { descriptors, kernel } = process;
  const file = descriptors.get(fd);
  if (file === undefined) return "EBADF";
  const isOn = argument !== undefined && argument !== 0 && argument !== false;
  switch (request) {
    case abi.FIOCLEX:
    case abi.FIONCLEX:
      return descriptors.setCloseOnExec(fd, request === abi.FIOCLEX);
    case abi.FIONBIO:
      file.flags = isOn ? file.flags | O_NONBLOCK : file.flags & ~O_NONBLOCK;
      return 0;
    case abi.FIOASYNC:
      if (isOn === ((file.flags & O_ASYNC) !== 0)) return 0;
      if (file.ops.band === undefined) return "ENOTTY";
      FileOwner.of(kernel, file).setAsync(process, isOn, fd);
      return 0;
    default:
      return ownership(process, fd, request, argument) ?? file.ops.ioctl?.(process, request, argument) ?? "ENOTTY";
  }
}

/** The owner of a socket, by its older names. */
function ownership(process: Process, fd: number, request: number, argument: unknown): number | Errno | undefined {
  const file = process.descriptors.get(fd);
  if (file === undefined || !(file.ops instanceof Socket)) return undefined;
  if (request === abi.FIOSETOWN || request === abi.SIOCSPGRP) {
    return typeof argument === "number" ? FileOwner.of(process.kernel, file).setOwner(process, argument) : "EFAULT";
  }
  if (request !== abi.FIOGETOWN && request !== abi.SIOCGPGRP) return undefined;
  return file.owner instanceof FileOwner ? file.owner.owner : 0;
}
