/** Vitest for `npm run mutants`: the everyday configuration, with one change of the sources. NETLOOM_MUTANT names it. */
import { defineConfig } from "vitest/config";
import { mutantPlugin } from "./test/mutants/plugin.ts";
import everyday from "./vitest.config.ts";

const hazard = process.env.NETLOOM_MUTANT ?? "";

export default defineConfig({
  ...everyday,
  // The build stays that of the unchanged sources.
  test: { ...everyday.test, globalSetup: [], bail: 1 },
  plugins: hazard === "" ? [] : [mutantPlugin(hazard)],
});
