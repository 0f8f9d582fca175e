/**
 * /proc/sys: the settings of the kernel as files, which everybody reads and root writes.
 *
 * Read first: proc(5), sysctl(8); base/sysctl.ts has the settings. Directories and files are made when somebody looks.
 */
import { RollingHash } from "../base/hash.ts";
import { type Setting, SettingDirectory, type Sysctl } from "../base/sysctl.ts";
import { Directory, type GeneratedEntries, GeneratedFile, type Inode } from "../file/inode.ts";
import type { FileTree } from "../file/tree.ts";

/** Numbers of these inodes are far from those of the tree and of the rest of /proc. */
const FIRST_INODE = 0xe000_0000;
const INODE_MASK = 0x00ff_ffff;

const FILE = { uid: 0, gid: 0, permissions: 0o644 };
const DIRECTORY = { uid: 0, gid: 0, permissions: 0o555 };

/** Makes /proc/sys in the directory /proc. */
export function mountSysctl(files: FileTree, proc: Directory, sysctl: Sysctl): void {
  const entries: GeneratedEntries = {
    get: (name) => inodeOf(files, mounted, "", name, sysctl.root.get(name)),
    names: () => sysctl.root.names(),
  };
  const mounted: Directory = files.addDirectory(proc, "sys", DIRECTORY.permissions, entries);
}

function inodeOf(
  files: FileTree,
  parent: Directory,
  path: string,
  name: string,
  entry: Setting | SettingDirectory | undefined,
): Inode | undefined {
  if (entry === undefined) return undefined;
  const own = `${path}/${name}`;
  if (entry instanceof SettingDirectory) return directoryOf(files, parent, own, name, entry);
  const read = () => `${entry.text}\n`;
  return new GeneratedFile(files.volume, FILE, read, numberOf(own), (text) => entry.write(text));
}

function directoryOf(
  files: FileTree,
  parent: Directory,
  path: string,
  name: string,
  settings: SettingDirectory,
): Directory {
  const entries: GeneratedEntries = {
    get: (child) => inodeOf(files, directory, path, child, settings.get(child)),
    names: () => settings.names(),
  };
  const directory: Directory = new Directory(files.volume, DIRECTORY, parent, name, entries, numberOf(path));
  return directory;
}

/** The same for the same path, so that whoever looks twice sees one file. */
function numberOf(path: string): number {
  const hash = new RollingHash();
  hash.mixString(path);
  return FIRST_INODE + (hash.value32 & INODE_MASK);
}
