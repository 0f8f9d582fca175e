/**
 * Calls on descriptors, for TypeScript programs. Read first: kernel/sys/, kernel/calls/{io,descriptors,poll}.ts.
 */
import * as descriptors from "../calls/descriptors.ts";
import * as io from "../calls/io.ts";
import { ioctl } from "../calls/ioctl.ts";
import { type PollFd, polling } from "../calls/poll.ts";
import { isBytes, toBytes } from "./bytes.ts";
import { NO_DEADLINE, never } from "./caller.ts";
import { TimeDoor } from "./time-door.ts";

export abstract class DescriptorDoor extends TimeDoor {
  read(fd: number, buffer: Uint8Array): Promise<number> {
    if (!this.enter("read")) return never();
    const attempt = isBytes(buffer) ? io.reading(this.process, fd, buffer) : "EFAULT";
    return this.later("read", [fd, buffer], attempt, this.deadline(fd, 0, "receive"));
  }

  write(fd: number, data: Uint8Array | string): Promise<number> {
    if (!this.enter("write")) return never();
    const bytes = toBytes(data);
    const attempt = isBytes(bytes) ? io.writing(this.process, fd, bytes) : "EFAULT";
    return this.later("write", [fd, bytes], attempt, this.deadline(fd, 0, "send"));
  }

  close(fd: number): void | Promise<void> {
    const socket = io.lingerer(this.process, fd);
    this.now("close", [fd], () => io.close(this.process, fd));
    const lingerNs = socket?.isReleased === true ? (socket.requests.lingerNs?.() ?? 0) : 0;
    if (socket === null || lingerNs === 0) return undefined;
    const deadlineNs = this.after(lingerNs);
    return this.later<0, void>("close", [fd], new io.LingerAttempt(socket), deadlineNs, () => {});
  }

  dup(fd: number): number {
    return this.now("dup", [fd], () => descriptors.dup(this.process, fd));
  }

  dup2(fd: number, to: number): number {
    return this.now("dup2", [fd, to], () => descriptors.dup2(this.process, fd, to));
  }

  dup3(fd: number, to: number, flags: number): number {
    return this.now("dup3", [fd, to, flags], () => descriptors.dup3(this.process, fd, to, flags));
  }

  fcntl(fd: number, command: number, argument: number = 0): number {
    return this.now("fcntl", [fd, command, argument], () => descriptors.fcntl(this.process, fd, command, argument));
  }

  ioctl(fd: number, request: number, argument?: number | object): never {
    return this.now("ioctl", [fd, request], () => ioctl(this.process, fd, request, argument)) as never;
  }

  poll(watched: readonly PollFd[], timeoutMs: number = -1): Promise<number> {
    if (!this.enter("poll")) return never();
    if (!Array.isArray(watched)) return this.later<number>("poll", [], "EFAULT", 0);
    if (typeof timeoutMs !== "number" || Number.isNaN(timeoutMs)) return this.later<number>("poll", [], "EINVAL", 0);
    const deadlineNs = timeoutMs < 0 ? NO_DEADLINE : this.after(Math.round(timeoutMs * 1e6));
    return this.later("poll", [watched?.length, timeoutMs], polling(this.process, watched), deadlineNs);
  }

  pipe(): readonly [number, number] {
    return this.now("pipe", [], () => descriptors.pipe(this.process));
  }

  pipe2(flags: number): readonly [number, number] {
    return this.now("pipe2", [flags], () => descriptors.pipe2(this.process, flags));
  }
}
