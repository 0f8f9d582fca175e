/** Plays every library on a bad network and through a partition, and prints what happened as digests: the same in each process. */
import { exchanges, partition } from "./conditions.ts";
import { libraries } from "./libraries.ts";
import { BAD } from "./library.ts";

async function main(): Promise<void> {
  const digests: Record<string, readonly string[]> = {};
  for (const library of libraries) {
    digests[library.name] = [(await exchanges(library, 20, BAD)).digest, (await partition(library)).digest];
  }
  process.stdout.write(JSON.stringify(digests), () => process.exit());
}

void main();
