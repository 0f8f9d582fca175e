/**
 * MD5, for what a protocol prescribes it for (CHAP). It protects nothing.
 *
 * Read first: RFC 1321 §3. Order: md5() pads the message → each block of 64 bytes goes through 64 steps → 16 bytes.
 */

const BLOCK_BYTES = 64;

/** RFC 1321 §3.4: by how much each step rotates, four values for each round. */
const SHIFTS: readonly (readonly number[])[] = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
];

/**
 * The integer part of 2^32 · |sin(i)| for i from 1. The engine's sine may differ in its last bit, which these 32 bits are
 * far from; but a table says so by itself.
 */
const SINES: Uint32Array = Uint32Array.of(
  0xd76aa478,
  0xe8c7b756,
  0x242070db,
  0xc1bdceee,
  0xf57c0faf,
  0x4787c62a,
  0xa8304613,
  0xfd469501,
  0x698098d8,
  0x8b44f7af,
  0xffff5bb1,
  0x895cd7be,
  0x6b901122,
  0xfd987193,
  0xa679438e,
  0x49b40821,
  0xf61e2562,
  0xc040b340,
  0x265e5a51,
  0xe9b6c7aa,
  0xd62f105d,
  0x02441453,
  0xd8a1e681,
  0xe7d3fbc8,
  0x21e1cde6,
  0xc33707d6,
  0xf4d50d87,
  0x455a14ed,
  0xa9e3e905,
  0xfcefa3f8,
  0x676f02d9,
  0x8d2a4c8a,
  0xfffa3942,
  0x8771f681,
  0x6d9d6122,
  0xfde5380c,
  0xa4beea44,
  0x4bdecfa9,
  0xf6bb4b60,
  0xbebfbc70,
  0x289b7ec6,
  0xeaa127fa,
  0xd4ef3085,
  0x04881d05,
  0xd9d4d039,
  0xe6db99e5,
  0x1fa27cf8,
  0xc4ac5665,
  0xf4292244,
  0x432aff97,
  0xab9423a7,
  0xfc93a039,
  0x655b59c3,
  0x8f0ccc92,
  0xffeff47d,
  0x85845dd1,
  0x6fa87e4f,
  0xfe2ce6e0,
  0xa3014314,
  0x4e0811a1,
  0xf7537e82,
  0xbd3af235,
  0x2ad7d2bb,
  0xeb86d391,
);

/** The digest of the pieces, one after the other: 16 bytes. */
export function md5(...pieces: readonly Uint8Array[]): Uint8Array {
  const padded = pad(pieces);
  const view = new DataView(padded.buffer);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  for (let offset = 0; offset < padded.length; offset += BLOCK_BYTES) digestBlock(state, view, offset);
  const digest = new DataView(new ArrayBuffer(16));
  for (let word = 0; word < 4; word++) digest.setInt32(4 * word, state[word] as number, true);
  return new Uint8Array(digest.buffer);
}

/** RFC 1321 §3.1 and §3.2: a one, zeros, and the length in bits. */
function pad(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const padded = new Uint8Array(BLOCK_BYTES * Math.ceil((length + 9) / BLOCK_BYTES));
  let offset = 0;
  for (const piece of pieces) {
    padded.set(piece, offset);
    offset += piece.length;
  }
  padded[length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, length << 3, true);
  view.setUint32(padded.length - 4, Math.floor(length / 0x2000_0000), true);
  return padded;
}

function digestBlock(state: Int32Array, view: DataView, offset: number): void {
  let [a, b, c, d] = state as unknown as [number, number, number, number];
  for (let step = 0; step < 64; step++) {
    const round = step >>> 4;
    const mixed = (a + mix(round, b, c, d) + (SINES[step] as number) + wordOf(view, offset, step)) | 0;
    const shift = SHIFTS[round]?.[step & 3] as number;
    [a, d, c] = [d, c, b];
    b = (b + ((mixed << shift) | (mixed >>> (32 - shift)))) | 0;
  }
  const sums = [a, b, c, d];
  for (let word = 0; word < 4; word++) state[word] = (state[word] as number) + (sums[word] as number);
}

/** RFC 1321 §3.4: F, G, H and I. */
function mix(round: number, b: number, c: number, d: number): number {
  if (round === 0) return (b & c) | (~b & d);
  if (round === 1) return (b & d) | (c & ~d);
  return round === 2 ? b ^ c ^ d : c ^ (b | ~d);
}

/** The word of the block that a step takes. */
function wordOf(view: DataView, offset: number, step: number): number {
  const round = step >>> 4;
  const order = [step, 5 * step + 1, 3 * step + 5, 7 * step][round] as number;
  return view.getInt32(offset + 4 * (order & 15), true);
}
