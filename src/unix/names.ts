/**
 * The names of Unix-domain sockets: paths, and abstract names, which begin with a NUL and are no files.
 *
 * Read first: unix(7), "Address format". Paths belong to the file tree, which is seen through SocketNames.
 */
import type { Errno } from "../abi/errno.ts";
import type { Prng } from "../base/prng.ts";
import type { Task } from "../file/task.ts";
import type { Socket } from "../socket/socket.ts";

/** sizeof(sun_path). */
const PATH_MAX_BYTES = 108;
/** What autobind chooses from: five hexadecimal digits. */
const AUTOBIND_NAMES = 0x10_0000;

/** Without a file tree there are no path names. */
export const NO_PATH_NAMES: SocketNames = {
  bind: () => "ENOENT",
  mayBind: () => "ENOENT",
  find: () => "ENOENT",
  closed: () => {},
};

/** Where path names are found: the file tree of a host. A name stays when its socket is closed, until it is unlinked. */
export interface SocketNames {
  /** Makes the node. EADDRINUSE: there is something of that name; ENOENT, ENOTDIR, EACCES as mknod(2). */
  bind(task: Task, path: string, socket: Socket): 0 | Errno;
  /** What bind() would answer, without making anything. */
  mayBind(task: Task, path: string): 0 | Errno;
  /** The socket that was bound there. ENOENT; EACCES: not writable; ECONNREFUSED: not a socket, or one that is closed. */
  find(task: Task, path: string): Socket | Errno;
  /** The socket is closed: its name stays and leads nowhere. */
  closed(path: string, socket: Socket): void;
}

/** Abstract names, which each type of socket has for itself. They are free again when their socket is closed. */
export class AbstractNames {
  readonly #sockets: Map<string, Socket> = new Map<string, Socket>();
  readonly #random: Prng;

  constructor(random: Prng) {
    this.#random = random;
  }

  bind(name: string, socket: Socket): 0 | Errno {
    const key = keyOf(name, socket.type);
    if (this.#sockets.has(key)) return "EADDRINUSE";
    this.#sockets.set(key, socket);
    return 0;
  }

  /** Binds to a name that nobody has, and answers it. ENOSPC. */
  autobind(socket: Socket): { readonly name: string } | Errno {
    const first = this.#random.below(AUTOBIND_NAMES);
    for (let step = 0; step < AUTOBIND_NAMES; step++) {
      const name = `\0${((first + step) % AUTOBIND_NAMES).toString(16).padStart(5, "0")}`;
      if (this.bind(name, socket) === 0) return { name };
    }
    return "ENOSPC";
  }

  find(name: string, type: number): Socket | Errno {
    return this.#sockets.get(keyOf(name, type)) ?? "ECONNREFUSED";
  }

  /** The socket is closed. Connections have their listener's name, and leave it alone. */
  free(name: string, socket: Socket): void {
    const key = keyOf(name, socket.type);
    if (this.#sockets.get(key) === socket) this.#sockets.delete(key);
  }
}

/** As unix_abstract_hash on Linux: a name of another type is another name. */
const keyOf = (name: string, type: number): string => `${type}${name}`;

const encoder: TextEncoder = new TextEncoder();

export const isAbstract = (path: string): boolean => path.startsWith("\0");

/** The path as the kernel takes it: it ends at a NUL, unless it is abstract. EINVAL: empty, or longer than sun_path. */
export function checkPath(path: string): { readonly path: string } | Errno {
  const end = isAbstract(path) ? -1 : path.indexOf("\0");
  const whole = end < 0 ? path : path.slice(0, end);
  const length = whole.length > PATH_MAX_BYTES ? whole.length : encoder.encode(whole).length;
  return length === 0 || length > PATH_MAX_BYTES ? "EINVAL" : { path: whole };
}
