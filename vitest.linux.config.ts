/**
 * Vitest for `npm run test:linux`: the suites that talk with the Linux kernel over a TAP device, one file at a time, as
 * they measure real time.
 */
import { defineConfig } from "vitest/config";
import everyday from "./vitest.config.ts";

export default defineConfig({
  ...everyday,
  test: {
    ...everyday.test,
    include: ["test/linux/**/*.linux.ts"],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
