/**
 * What the file tree of a new host holds. Read first: hier(7). /proc is filled by host/.
 */
import { S_ISVTX } from "../abi/stat.ts";
import { FullDevice, NullDevice, ZeroDevice } from "./devices.ts";
import type { FileOps } from "./open-file.ts";
import { FileTree } from "./tree.ts";
import type { Volume } from "./volume.ts";

const ANYBODY = 0o777 | S_ISVTX;

/** The tree of a new host; its console stands at /dev/console. */
export function createFileTree(volume: Volume, console: FileOps): FileTree {
  const tree = new FileTree(volume);
  const { root } = tree;
  const dev = tree.addDirectory(root, "dev", 0o755);
  tree.addDevice(dev, "null", 0o666, () => new NullDevice());
  tree.addDevice(dev, "zero", 0o666, () => new ZeroDevice());
  tree.addDevice(dev, "full", 0o666, () => new FullDevice());
  tree.addDevice(dev, "console", 0o600, () => console);
  tree.addDirectory(dev, "shm", ANYBODY);
  for (const name of ["etc", "home", "var"]) tree.addDirectory(root, name, 0o755);
  tree.addDirectory(root, "root", 0o700);
  tree.addDirectory(root, "tmp", ANYBODY);
  return tree;
}
