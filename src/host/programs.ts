/**
 * The programs of a host by name: /bin, whose files refer to programs, so that execve(2) starts them by path.
 *
 * Read first: kernel/calls/exec.ts. The programs that we ship (world/programs/) are those of every host; `add` adds one to this
 * host, or replaces one. Files are made when somebody looks for the first time, and are kept, so that chmod(2) lasts.
 */
import { type Inode, ProgramFile } from "../file/inode.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Program } from "../kernel/sys/sys.ts";

/** Numbers of these inodes are far from those of the tree, and of /proc. */
const FIRST_INODE = 0xe000_0000;

export class ProgramTable {
  readonly #kernel: Kernel;
  /** What every host has: the map is shared. */
  readonly #shipped: ReadonlyMap<string, Program>;
  /** What was added to this host, or replaced. */
  readonly #added: Map<string, unknown> = new Map<string, unknown>();
  readonly #files: Map<string, Inode> = new Map();

  constructor(kernel: Kernel, shipped: ReadonlyMap<string, Program>) {
    this.#kernel = kernel;
    this.#shipped = shipped;
    const { files } = kernel;
    files.addDirectory(files.root, "bin", 0o755, {
      get: (name) => this.#file(name),
      names: () => [...this.names].sort(),
    });
  }

  /** The names, in the order of their adding. */
  get names(): readonly string[] {
    return [...new Set([...this.#shipped.keys(), ...this.#added.keys()])];
  }

  /** The program of that name. */
  get(name: string): unknown {
    return this.#added.has(name) ? this.#added.get(name) : this.#shipped.get(name);
  }

  /** The program that "/bin/NAME" names; what is no such path is given back as it is. */
  resolve(program: unknown): unknown {
    const [, name] = (typeof program === "string" && /^\/bin\/([^/]+)$/.exec(program)) || [];
    return name === undefined ? program : (this.get(name) ?? program);
  }

  /** From now on /bin/NAME is this program. */
  add(name: string, program: Program): void;
  add(name: string, program: unknown): void;
  add(name: string, program: unknown): void {
    if (typeof name !== "string" || !/^[\w.+[-]{1,64}$/.test(name) || name === "." || name === "..") {
      throw new TypeError(
        `a program in /bin is named with 1 to 64 letters, digits or .+-_[, not ${JSON.stringify(name)}`,
      );
    }
    this.#added.set(name, program);
    this.#files.delete(name);
  }

  #file(name: string): Inode | undefined {
    const made = this.#files.get(name);
    const program = this.get(name);
    if (made !== undefined || program === undefined) return made;
    const ownership = { uid: 0, gid: 0, permissions: 0o755 };
    const number = FIRST_INODE + this.names.indexOf(name);
    const file = new ProgramFile(this.#kernel.files.volume, ownership, name, program, number);
    this.#files.set(name, file);
    return file;
  }
}
