/**
 * Raw sockets of either family as netstat(8) shows them.
 */
import type { RawControlBlock } from "./table.ts";

/** One line of `netstat -w`. */
export interface RawSnapshot {
  readonly protocol: number;
  readonly localAddress: string;
  readonly remoteAddress: string | null;
  readonly receiveQueueBytes: number;
  readonly sendQueueBytes: number;
  readonly inode: number;
  readonly uid: number;
  readonly drops: number;
}

export function rawSnapshot({ socket, protocol, localAddress, remote }: RawControlBlock): RawSnapshot {
  return {
    protocol,
    localAddress: localAddress.toString(),
    remoteAddress: remote?.toString() ?? null,
    receiveQueueBytes: socket.receiveQueueBytes,
    sendQueueBytes: socket.sendQueueBytes,
    inode: socket.inode,
    uid: socket.uid,
    drops: socket.drops,
  };
}
