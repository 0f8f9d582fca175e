/** cat(1): files one after the other. */
import { S_ISREG } from "../../abi/stat.ts";
import { lines, pieces, writeAll } from "./lines.ts";
import type { Tool } from "./tool.ts";

export const cat: Tool = {
  name: "cat",
  usage: "[-n] [FILE]...",
  summary: "Writes files, or standard input, to standard output. -n numbers the lines.",
  options: "nu",
  async run(box) {
    let number = 0;
    const output = box.sys.fstat(1);
    await box.eachInput(async (fd, name) => {
      // It would read what it writes, and never end.
      const input = box.sys.fstat(fd);
      if (S_ISREG(input.mode) && input.ino === output.ino && input.size > 0) {
        await box.complain(`${name}: input file is output file`);
        return;
      }
      if (box.has("n")) {
        for await (const line of lines(box.sys, fd)) await box.out(`${String(++number).padStart(6)}\t${line}`);
        return;
      }
      for await (const piece of pieces(box.sys, fd)) await writeAll(box.sys, 1, piece);
    });
  },
};
