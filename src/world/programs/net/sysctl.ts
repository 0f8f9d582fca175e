/** sysctl(8): the settings of the kernel, which are the files of /proc/sys. Read first: base/sysctl.ts. */
import { O_TRUNC, O_WRONLY } from "../../../abi/fcntl.ts";
import { S_ISDIR } from "../../../abi/stat.ts";
import { SystemError } from "../../../kernel/system-error.ts";
import { readText } from "../system.ts";
import { errorText, type Tool, type Toolbox } from "../tool.ts";

const ROOT = "/proc/sys";

export const sysctl: Tool = {
  name: "sysctl",
  usage: "[-n] [-w] NAME[=VALUE]... | -a",
  summary: `Shows settings, or sets them: sysctl -w net.ipv4.ip_forward=1. -n  values alone.  -a  all of them.
A name may be the beginning of several: sysctl net.ipv4.conf`,
  options: "aAnwq",
  isMixed: true,
  async run(box) {
    if (box.has("a") || box.has("A")) return await showAll(box, ROOT);
    if (box.operands.length === 0) box.refuse("which setting?");
    for (const operand of box.operands) {
      const [, name = operand, value] = /^([^=]+)=([\s\S]*)$/.exec(operand) ?? [];
      await one(box, name.trim(), value?.trim());
    }
  },
};

async function one(box: Toolbox, name: string, value: string | undefined): Promise<void> {
  const path = pathOf(name);
  try {
    if (value === undefined) return await showAll(box, path);
    if (S_ISDIR(box.sys.stat(path).mode)) return await box.complain(`"${name}" is a whole folder of settings`);
    const fd = await box.sys.open(path, O_WRONLY | O_TRUNC);
    await box.sys.write(fd, value);
    box.sys.close(fd);
    if (!box.has("q")) await box.out(box.has("n") ? `${value}\n` : `${name} = ${value}\n`);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    if (error.code === "ENOENT") await box.complain(`cannot stat ${path}: ${errorText(error)}`);
    else if (value === undefined) await box.complain(`reading key "${name}": ${errorText(error)}`);
    else await box.complain(`setting key "${name}": ${errorText(error)}`);
  }
}

/** A name with dots; in one with slashes, the dots are of the name of an interface. */
function pathOf(name: string): string {
  return `${ROOT}/${name.includes("/") ? name : name.replaceAll(".", "/")}`;
}

async function showAll(box: Toolbox, path: string): Promise<void> {
  if (S_ISDIR(box.sys.stat(path).mode)) {
    for (const name of [...box.sys.readdir(path)].sort()) await showAll(box, `${path}/${name}`);
    return;
  }
  const name = path.slice(ROOT.length + 1).replaceAll("/", ".");
  for (const line of (await readText(box, path)).trimEnd().split("\n")) {
    await box.out(box.has("n") ? `${line}\n` : `${name} = ${line}\n`);
  }
}
