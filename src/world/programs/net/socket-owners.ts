/** Which process has which socket, as netstat -p and ss -p show it: from the descriptors in /proc. Read first: proc(5). */
import { SystemError } from "../../../kernel/system-error.ts";
import { processNumbers, readText } from "../system.ts";
import type { Toolbox } from "../tool.ts";

export interface SocketOwner {
  readonly pid: string;
  readonly name: string;
  readonly fd: string;
}

/** By the number of the socket; those that this user may see. */
export async function socketOwners(box: Toolbox): Promise<ReadonlyMap<number, readonly SocketOwner[]>> {
  const owners = new Map<number, SocketOwner[]>();
  for (const pid of processNumbers(box)) {
    try {
      const name = (await readText(box, `/proc/${pid}/status`)).match(/^Name:\t(.*)$/m)?.[1] ?? "";
      for (const fd of box.sys.readdir(`/proc/${pid}/fd`)) {
        const inode = /^socket:\[(\d+)\]$/.exec(box.sys.readlink(`/proc/${pid}/fd/${fd}`))?.[1];
        if (inode === undefined) continue;
        const known = owners.get(Number(inode)) ?? [];
        owners.set(Number(inode), [...known, { pid, name, fd }]);
      }
    } catch (error) {
      // It has ended meanwhile, or is another user's.
      if (!(error instanceof SystemError)) throw error;
    }
  }
  return owners;
}
