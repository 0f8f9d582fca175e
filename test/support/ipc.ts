/** What the tests of interprocess communication share. */
import type { Program, Sys } from "netloom";
import { oneHost } from "./world.ts";

/** The error's name, or what the call gave. */
export async function outcome<T>(call: () => T | Promise<T>): Promise<T | string> {
  try {
    return await call();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

/** Lets everybody go on as far as they come at this instant. */
export function others(sys: Sys): Promise<void> {
  return sys.sleep(1e-6);
}

/** Runs programs as users (0 is root) on one host, one after the other, each to its end. */
export async function asUsers(...programs: readonly (readonly [uid: number, Program])[]): Promise<void> {
  const { world, alice } = oneHost();
  for (const [uid, program] of programs) {
    alice.spawn(`user ${uid}`, program, { uid });
    const { crashes } = await world.run();
    if (crashes[0] !== undefined) throw crashes[0].error;
  }
}

const decoder = new TextDecoder();

export function text(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
