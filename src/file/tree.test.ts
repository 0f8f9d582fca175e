/** The file tree beneath the system calls: names of sockets, what a volume is charged, and symbolic links without end. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { O_CREAT, O_RDWR } from "../abi/fcntl.ts";
import { WaitQueue } from "../base/wait-queue.ts";
import { createFileTree } from "./initial-tree.ts";
import { Directory } from "./inode.ts";
import { openPath } from "./open.ts";
import { openInode } from "./opened.ts";
import type { NamingTask } from "./permission.ts";
import { renamePath } from "./rename.ts";
import type { FileTree } from "./tree.ts";
import { Volume } from "./volume.ts";
import { byteLength } from "./walk.ts";

const console = {
  waiters: new WaitQueue(),
  read: () => 0,
  write: () => 0,
  poll: () => 0,
  release: () => {},
  describe: () => ({ type: "CHR", node: "1", name: "/dev/console" }),
};

function newTree(limits = { bytesMax: 1_000_000, namesMax: 60 }) {
  let inode = 0;
  const volume = new Volume(
    () => ++inode,
    () => 0,
    limits,
  );
  const tree = createFileTree(volume, console);
  const task = (uid: number, umask: number = 0): NamingTask => ({
    pid: 2,
    name: "test",
    uid,
    gid: uid,
    cwd: tree.root,
    umask,
  });
  return { tree, volume, task };
}

describe("the name of a socket", () => {
  test("is made once, with the umask, and found by who may write it", () => {
    const { tree, task } = newTree();
    const socket = {};
    const node = tree.makeSocketNode(task(1000, 0o022), "/tmp/s", socket);
    expect(node).toMatchObject({ mode: 0o140755, uid: 1000, socket });
    expect(tree.makeSocketNode(task(0), "/tmp/s", {})).toBe("EADDRINUSE");
    expect(tree.makeSocketNode(task(1000), "/etc/s", {})).toBe("EACCES");
    expect(tree.makeSocketNode(task(0), "/none/s", {})).toBe("ENOENT");
    expect(tree.findSocket(task(1000), "/tmp/s")).toEqual({ node, socket });
    expect(tree.findSocket(task(1001), "/tmp/s")).toBe("EACCES");
    expect(tree.findSocket(task(0), "/tmp/none")).toBe("ENOENT");
  });

  test("outlives its socket: then, and where there never was one, connecting is refused", () => {
    const { tree, task } = newTree();
    const node = tree.makeSocketNode(task(0), "/tmp/s", {});
    if (typeof node === "object") node.socket = null;
    expect(tree.findSocket(task(0), "/tmp/s")).toBe("ECONNREFUSED");
    expect(tree.findSocket(task(0), "/dev/null")).toBe("ECONNREFUSED");
    expect(tree.makeSocketNode(task(0), "/tmp/s", {})).toBe("EADDRINUSE");
  });
});

/** Removes everything below a directory. */
function clear(tree: FileTree, task: NamingTask, path: string): void {
  const directory = tree.lookup(task, path);
  if (!(directory instanceof Directory)) return;
  for (const name of directory.names(task)) {
    const inode = directory.get(name, task);
    if (inode instanceof Directory) {
      clear(tree, task, `${path}/${name}`);
      expect(tree.rmdir(task, `${path}/${name}`)).toBe(0);
    } else {
      expect(tree.unlink(task, `${path}/${name}`)).toBe(0);
    }
  }
}

test("a volume gets back what it gave, whatever was made, moved, linked and kept open", () => {
  const path = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 2 }).map((names) => {
    return `/tmp/${names.join("/")}`;
  });
  const step = fc.record({
    what: fc.constantFrom("mkdir", "file", "link", "symlink", "rename", "unlink", "rmdir", "fifo"),
    path,
    other: path,
    keep: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { tree, volume, task } = newTree({ bytesMax: 60_000, namesMax: 24 });
      const before = [volume.names, volume.bytes];
      const root = task(0);
      const open: { release(): void }[] = [];
      const calls = {
        mkdir: (to: string) => tree.mkdir(root, to, 0o777),
        fifo: (to: string) => tree.mkfifo(root, to, 0o666),
        link: (to: string, other: string) => tree.link(root, to, other),
        symlink: (to: string, other: string) => tree.symlink(root, to, other),
        rename: (to: string, other: string) => renamePath(tree, root, to, other),
        unlink: (to: string) => tree.unlink(root, to),
        rmdir: (to: string) => tree.rmdir(root, to),
        file: (to: string) => {
          const inode = openPath(tree, root, to, O_RDWR | O_CREAT, 0o666);
          const ops = typeof inode === "string" ? inode : openInode(inode, to, task(0));
          if (typeof ops === "string") return ops;
          open.push(ops);
          return ops.write(root, new Uint8Array(10_000));
        },
      };
      for (const { what, path: to, other, keep } of steps) {
        calls[what as keyof typeof calls](to, other);
        if (!keep) for (const ops of open.splice(0)) ops.release();
        expect(volume.bytes).toBeLessThanOrEqual(60_000);
        expect(volume.names).toBeLessThanOrEqual(24);
      }
      clear(tree, root, "/tmp");
      for (const ops of open) ops.release();
      expect([volume.names, volume.bytes]).toEqual(before);
    }),
    { numRuns: 150 },
  );
});

test("the length of a name is that of its UTF-8", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      fc.constantFrom("", "\ud800", "\udc00x", "\ud83d\ude00"),
      (text, more) => {
        expect(byteLength(text + more)).toBe(new TextEncoder().encode(text + more).length);
      },
    ),
  );
});
