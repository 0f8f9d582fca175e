/**
 * WeakRef in virtual processes: what one was made of is there as long as the reference is, for when the collector runs is the
 * machine's chance, and may not decide what a program does.
 *
 * undici, and with it fetch(), has its timeouts find their connection by such references, and takes for granted that it is there: of a
 * process that has ended it may not be, when its timeout comes.
 */
import { current } from "./context.ts";
import type { Patches } from "./patch.ts";

type Constructor = new (target: WeakKey) => WeakRef<WeakKey>;

/** What each reference keeps. */
const kept: WeakMap<WeakRef<WeakKey>, unknown> = new WeakMap();

export function patchWeakReferences(patches: Patches): void {
  patches.replace(globalThis as unknown as { WeakRef: Constructor }, "WeakRef", (original) => {
    return new Proxy(original as Constructor, {
      construct: (target, args, newTarget) => {
        const reference: WeakRef<WeakKey> = Reflect.construct(target, args, newTarget);
        if (current() !== undefined) kept.set(reference, args[0]);
        return reference;
      },
    });
  });
}
