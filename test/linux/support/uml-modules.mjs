/** Loads modules of user-mode Linux by name, since a machine need not have insmod: `node uml-modules.mjs veth sch_netem`. */
import { closeSync, openSync, readdirSync } from "node:fs";
import { join } from "node:path";
import koffi from "koffi";

const SYS_FINIT_MODULE = 313;
const FOLDER = "/usr/lib/uml/modules";
const syscall = koffi.load(null).func("long syscall(long number, int fd, const char *parameters, int flags)");

const files = readdirSync(FOLDER, { recursive: true }).map((name) => join(FOLDER, String(name)));
for (const name of process.argv.slice(2)) {
  const file = files.find((path) => path.endsWith(`/${name}.ko`));
  if (file === undefined) throw new Error(`there is no module ${name}`);
  const fd = openSync(file, "r");
  if (syscall(SYS_FINIT_MODULE, fd, "", 0) !== 0) throw new Error(`the module ${name} can't be loaded`);
  closeSync(fd);
}
