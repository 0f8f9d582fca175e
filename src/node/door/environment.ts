/**
 * process.env of a virtual process: what is put into it becomes text, or is refused as Node refuses it.
 *
 * Read first: src/node_env_var.cc of Node.
 */

/** `real` is that of the Node process, whose own code makes the errors: what it refuses changes nothing. */
export function environmentOf(own: Readonly<Record<string, string>>, real: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return new Proxy({ ...own } as NodeJS.ProcessEnv, {
    // Symbols throw a TypeError where they should become text.
    set: (target, name, value) => Reflect.set(target, `${name as string}`, `${value}`),
    defineProperty: (target, name, descriptor) => {
      const { configurable, enumerable, writable } = descriptor;
      const isData = "value" in descriptor && configurable === true && enumerable === true && writable === true;
      if (!isData) return Reflect.defineProperty(real, name, descriptor);
      return Reflect.set(target, `${name as string}`, `${descriptor.value}`);
    },
  });
}
