/**
 * Memory for what is received: blocks are cut from a slab that Node then owns, so nothing is written there twice.
 *
 *     | given | given |  offset → free …                  |   64 KiB; a new one when less than 4 KiB is left
 */

const SLAB_BYTES = 65_536;
const READ_MIN_BYTES = 4096;

let slab = new Uint8Array(new ArrayBuffer(SLAB_BYTES));
let used = 0;

export const ReadSlab: { reserve(): Uint8Array; readonly offset: number; give(bytes: number): ArrayBuffer } = {
  /** The free rest of the slab: read into its beginning. */
  reserve(): Uint8Array {
    if (SLAB_BYTES - used < READ_MIN_BYTES) {
      slab = new Uint8Array(new ArrayBuffer(SLAB_BYTES));
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
