/**
 * The door for those who extend the kernel: who add a kind of descriptor, a protocol, a device, a kind of program, or
 * handles that call the kernel without promises. ARCHITECTURE.md has the four tables.
 */
export { assert } from "./base/assert.ts";
export { EventQueue, TimedEvent } from "./base/event-queue.ts";
export type { Machine } from "./base/machine.ts";
export { countDrop } from "./base/machine.ts";
export type { Platform } from "./base/platform.ts";
export { PRNG_VERSION, Prng } from "./base/prng.ts";
export type { Journal, Named, Runnable, Scheduler } from "./base/scheduler.ts";
export { WaitEntry, type Waiter, WaitQueue } from "./base/wait-queue.ts";
export { type FileDescription, type FileOps, OpenFile } from "./file/open-file.ts";
export type { NamingTask } from "./file/permission.ts";
export type { Task } from "./file/task.ts";
export type { FileTree } from "./file/tree.ts";
export type { Host } from "./host/host.ts";
export type { Arrival, IcmpError, Ip, SendOptions, TransportError, TransportInput } from "./inet/ip/ip.ts";
export { output as ipOutput } from "./inet/ip/output.ts";
export * as descriptorCalls from "./kernel/calls/descriptors.ts";
export * as fileCalls from "./kernel/calls/files.ts";
export * as ioCalls from "./kernel/calls/io.ts";
export * as processCalls from "./kernel/calls/processes.ts";
export * as sessionCalls from "./kernel/calls/sessions.ts";
export * as signalCalls from "./kernel/calls/signals.ts";
export * as socketMessageCalls from "./kernel/calls/socket-messages.ts";
export * as socketOptionCalls from "./kernel/calls/socket-options.ts";
export * as socketCalls from "./kernel/calls/sockets.ts";
export * as terminalCalls from "./kernel/calls/terminals.ts";
export { Door } from "./kernel/door/door.ts";
export type { Image, ProgramRuntime, RunningProgram } from "./kernel/image.ts";
export type { Kernel } from "./kernel/kernel.ts";
export { type Attempt, Operation, type Outstanding, type Sleeper } from "./kernel/operation.ts";
export type { Process } from "./kernel/process.ts";
export type { Device, DeviceClient } from "./link/device.ts";
export type { Interface } from "./netif/interface.ts";
export {
  formatAddress,
  type InetAddress,
  inetAddress,
  NO_NAME,
  type NoAddress,
  type SocketAddress,
  type UnixAddress,
  unixAddress,
} from "./socket/address.ts";
export type { Ancillary, Credentials } from "./socket/ancillary.ts";
export { Chunk } from "./socket/chunk.ts";
export type { ControlMessage, OptionValue, OptionValues, Text, ValueOf } from "./socket/option.ts";
export type { Protocol, UserRequests } from "./socket/protocol.ts";
export type { Received } from "./socket/receive-buffer.ts";
export { Socket } from "./socket/socket.ts";
export type { SocketNames } from "./unix/names.ts";
export { IpAddress } from "./wire/ip-address.ts";
export type { MacAddress } from "./wire/mac-address.ts";
export { Packet } from "./wire/packet.ts";
