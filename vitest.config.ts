/**
 * Vitest: tests lie beside the code as `*.test.ts` and in test/.
 *
 * `netloom` is the source here, not dist, so a test never sees a stale build.
 */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^netloom$/, replacement: source("src/entry-node.ts") },
      { find: /^netloom\/kernel$/, replacement: source("src/entry-kernel.ts") },
      { find: /^netloom\/register$/, replacement: source("src/entry-register.ts") },
      { find: /^netloom\/tap$/, replacement: source("src/entry-tap.ts") },
    ],
  },
  // Node 20 does not parse `using`.
  oxc: { target: "es2023" },
  test: {
    globalSetup: "test/build.ts",
    // Nothing waits for real time here; a machine that does other work as well may be slow.
    testTimeout: 30_000,
    // Without it one core is left to the server, which has little to do: on two cores the tests would have one.
    maxWorkers: "100%",
    include: ["{src,test,examples}/**/*.test.ts"],
  },
});
