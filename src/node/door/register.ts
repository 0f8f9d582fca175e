/**
 * Puts the Node door in, once in a Node process, and takes it out again.
 *
 * Read first: ARCHITECTURE.md, "Three layers of calling"; docs/SPIKE-NODE-HANDLE.md. Each part replaces what its modules
 * give to code of virtual processes; code outside of them gets what Node gives, at full speed.
 */
import { syncBuiltinESMExports } from "node:module";
import { registeredRuntimes } from "../runtimes.ts";
import { patchClocks } from "./clocks.ts";
import { patchDefaults } from "./defaults.ts";
import { patchDgram } from "./dgram.ts";
import { patchDns } from "./dns.ts";
import { patchEscapes } from "./escapes.ts";
import { patchHttpClocks } from "./http-clocks.ts";
import { patchHttpParsers } from "./http-parsers.ts";
import { patchHttp2 } from "./http2.ts";
import { patchHttp2Clocks } from "./http2-clocks.ts";
import { whyUnsupported } from "./internals.ts";
import { patchMachineDescriptors } from "./machine-descriptors.ts";
import { patchMessagePorts } from "./message-ports.ts";
import { patchNet } from "./net.ts";
import { patchOs } from "./os.ts";
import { patchOutsideWork } from "./outside-work.ts";
import { patchOutsideZlib } from "./outside-zlib.ts";
import { Patches } from "./patch.ts";
import { patchProcessEvents } from "./process-events.ts";
import { patchProcessObject } from "./process-object.ts";
import { patchRandomness } from "./randomness.ts";
import { nodeRuntime } from "./runtime.ts";
import { patchSingletons } from "./singletons.ts";
import { patchSocketOwners } from "./socket-owners.ts";
import { patchSocketPaths } from "./socket-paths.ts";
import { patchSocketTimeouts } from "./socket-timeouts.ts";
import { patchStandardFiles } from "./standard-files.ts";
import { patchTime } from "./time.ts";
import { patchTls } from "./tls.ts";
import { patchUncaught } from "./uncaught.ts";
import { patchVmContexts } from "./vm-contexts.ts";
import { patchWeakReferences } from "./weak-references.ts";

const PARTS: readonly ((patches: Patches) => void)[] = [
  patchSingletons,
  patchSocketTimeouts,
  patchHttpClocks,
  patchHttpParsers,
  patchHttp2Clocks,
  patchTime,
  patchClocks,
  patchNet,
  patchTls,
  patchHttp2,
  patchDgram,
  patchDns,
  patchDefaults,
  patchOs,
  patchRandomness,
  patchProcessEvents,
  patchUncaught,
  patchProcessObject,
  patchOutsideWork,
  patchOutsideZlib,
  patchMachineDescriptors,
  patchStandardFiles,
  patchWeakReferences,
  patchMessagePorts,
  patchVmContexts,
  patchEscapes,
  patchSocketPaths,
  patchSocketOwners,
];
const patches: Patches = new Patches();
let isIn = false;

/** Puts the door in. Does nothing the second time. Throws an Error where this Node can't carry programs, and why. */
export function register(): void {
  if (isIn) return;
  const reason = whyUnsupported();
  if (reason !== undefined) throw new Error(`netloom/register: ${reason}`);
  isIn = true;
  try {
    for (const patch of PARTS) patch(patches);
  } catch (error) {
    // Nothing half works: what a part has found to be missing takes the others out again.
    unregister();
    throw new Error(`netloom/register: Node ${process.version} is not supported: ${(error as Error).message}`);
  }
  registeredRuntimes.add(nodeRuntime);
  syncBuiltinESMExports();
}

/** Takes the door out: everything is as Node made it. Worlds that were made before keep their runtime. */
export function unregister(): void {
  if (!isIn) return;
  isIn = false;
  patches.undo();
  registeredRuntimes.delete(nodeRuntime);
  syncBuiltinESMExports();
}
