/**
 * The names of Unix-domain sockets in the file tree of a host: bind(2) makes a node, connect(2) finds it.
 *
 * Read first: unix(7), "Pathname socket ownership and permissions". unix/ knows names only through SocketNames; the tree
 * knows sockets only as what is behind a node. Here the two meet.
 */
import type { Errno } from "../abi/errno.ts";
import type { SocketNode } from "../file/inode.ts";
import type { NamingTask } from "../file/permission.ts";
import type { Task } from "../file/task.ts";
import type { FileTree } from "../file/tree.ts";
import { Socket } from "../socket/socket.ts";
import type { SocketNames } from "../unix/names.ts";

export class TreeNames implements SocketNames {
  readonly #tree: FileTree;
  /** The node of each socket that is bound and open. */
  readonly #nodes: Map<Socket, SocketNode> = new Map<Socket, SocketNode>();

  constructor(tree: FileTree) {
    this.#tree = tree;
  }

  bind(task: Task, path: string, socket: Socket): 0 | Errno {
    const node = this.#tree.makeSocketNode(naming(task), path, socket);
    if (typeof node === "string") return node;
    this.#nodes.set(socket, node);
    return 0;
  }

  mayBind(task: Task, path: string): 0 | Errno {
    return this.#tree.mayMakeSocketNode(naming(task), path);
  }

  find(task: Task, path: string): Socket | Errno {
    const found = this.#tree.findSocket(naming(task), path);
    if (typeof found === "string") return found;
    return found.socket instanceof Socket ? found.socket : "ECONNREFUSED";
  }

  closed(_path: string, socket: Socket): void {
    const node = this.#nodes.get(socket);
    if (node !== undefined) node.socket = null;
    this.#nodes.delete(socket);
  }
}

/** Whoever makes a call is a process, which has a working directory and a umask. */
function naming(task: Task): NamingTask {
  return task as NamingTask;
}
