/** Vitest as its users set it up for netloom. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["test/node/pools.fixture.ts"], setupFiles: ["netloom/register"], isolate: true },
});
