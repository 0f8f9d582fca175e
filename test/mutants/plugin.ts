/** Makes the change of one mutant while Vitest reads the sources: nothing is written. */
import { MUTANTS } from "./mutants.ts";

/** A plugin of Vite. Throws where the change does not fit. */
export function mutantPlugin(hazard: string) {
  const mutant = MUTANTS.find((candidate) => candidate.hazard === hazard);
  if (mutant === undefined) throw new Error(`there is no mutant for ${hazard}`);
  return {
    name: "netloom-mutant",
    enforce: "pre" as const,
    transform(code: string, id: string): string | null {
      if (!id.endsWith(`/${mutant.file}`)) return null;
      if (!code.includes(mutant.find)) throw new Error(`the mutant of ${hazard} does not fit ${mutant.file}`);
      return code.replace(mutant.find, () => mutant.replace);
    },
  };
}
