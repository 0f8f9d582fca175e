/** cat(1): files one after the other. */
import { lines, pieces, writeAll } from "./lines.ts";
import type { Tool } from "./tool.ts";

export const cat: Tool = {
  name: "cat",
  usage: "[-n] [FILE]...",
  summary: "Writes files, or standard input, to standard output. -n numbers the lines.",
  options: "nu",
  async run(box) {
    let number = 0;
    await box.eachInput(async (fd) => {
      if (box.has("n")) {
        for await (const line of lines(box.sys, fd)) await box.out(`${String(++number).padStart(6)}\t${line}`);
        return;
      }
      for await (const piece of pieces(box.sys, fd)) await writeAll(box.sys, 1, piece);
    });
  },
};
