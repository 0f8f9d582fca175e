/**
 * Memory for what is received: blocks are cut from a slab that Node then owns, so nothing is written there twice.
 *
 *     | given | given |  offset → free …                  |   64 KiB; a new one when less than half of it is left
 *
 * Half: a stream that comes in large pieces is not read in small ones because the slab ends there. Memory that nobody writes to
 * costs next to nothing, as it is not filled with zeros.
 */

const SLAB_BYTES = 65_536;
const READ_MIN_BYTES = SLAB_BYTES / 2;

const newSlab = (): Uint8Array => Buffer.allocUnsafeSlow(SLAB_BYTES);
let slab = newSlab();
let used = 0;

export const ReadSlab: { reserve(): Uint8Array; readonly offset: number; give(bytes: number): ArrayBuffer } = {
  /** The free rest of the slab: read into its beginning. */
  reserve(): Uint8Array {
    if (SLAB_BYTES - used < READ_MIN_BYTES) {
      slab = newSlab();
      used = 0;
    }
    return slab.subarray(used);
  },

  /** Where what was read begins. */
  get offset(): number {
    return used;
  },

  /** Gives the bytes that were read away, and answers the memory that they are in. */
  give(bytes: number): ArrayBuffer {
    used += bytes;
    return slab.buffer as ArrayBuffer;
  },
};
