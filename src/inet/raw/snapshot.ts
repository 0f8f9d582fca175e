/**
 * Raw sockets of either family as netstat(8) shows them.
 */
import type { Socket } from "../../socket/socket.ts";
import type { IpAddress } from "../../wire/ip-address.ts";

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

/** What both kinds of control blocks have. */
interface Shown {
  readonly socket: Socket;
  readonly protocol: number;
  readonly localAddress: IpAddress;
  readonly remote: IpAddress | null;
}

export function rawSnapshot({ socket, protocol, localAddress, remote }: Shown): RawSnapshot {
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
