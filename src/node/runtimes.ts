/**
 * Runtimes that every world in Node has beside that of functions. The register entry adds one; World asks.
 */
import type { ProgramRuntime } from "../kernel/image.ts";

export const registeredRuntimes: Set<ProgramRuntime> = new Set<ProgramRuntime>();
