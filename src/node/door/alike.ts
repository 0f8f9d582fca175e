/**
 * Makes a replacement look like the function of Node's that it replaces: util.promisify() finds its way by properties.
 */

type Call = (this: unknown, ...args: unknown[]) => unknown;

export function alike(replacement: Call, original: Call): Call {
  for (const key of Reflect.ownKeys(original)) {
    const descriptor = Object.getOwnPropertyDescriptor(original, key) as PropertyDescriptor;
    if (descriptor.configurable || key === "name") Object.defineProperty(replacement, key, descriptor);
  }
  return replacement;
}
