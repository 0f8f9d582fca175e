/**
 * exp, log, log2, pow and cbrt that give the same bits in every engine.
 *
 * ECMAScript leaves the accuracy of Math.exp and its kin to the engine, so one of another make or version may differ in
 * the last bit, and a simulation with it. What is used here has one answer everywhere: + − × ÷ of IEEE 754 doubles, each
 * rounded by itself, and access to their bits.
 *
 * The mathematics. A double is 2^k·m with √½ < m ≤ √2, hence
 *
 *     log x  = k·log 2 + 2·artanh s,  s = (m − 1)/(m + 1),  artanh s = s + s³/3 + s⁵/5 + …          |s| < 0.172
 *     exp x  = 2^k·exp r,  r = x − k·log 2,                 exp r = 1 + r + r²/2 + r³/6 + …         |r| < 0.347
 *     x^y    = exp(y·log x)
 *     ∛x     = 2^q·∛a,  x = 2^(3q)·a,  by Halley's iteration and one step of Newton's              1 ≤ a < 8
 *
 * In x^y the error of log x grows by up to 745, so logarithms are carried as the sum of two doubles (a Pair) with about
 * 64 good bits. The first terms of each series are computed in Pairs, the others, which are small, in doubles. Read
 * first: Dekker, "A floating-point technique for extending the available precision" (1971).
 *
 * All results are within one unit in the last place of the true value, and those that a double can hold are exact.
 */

/** An unevaluated sum, of which `low` is at most about half a unit in the last place of `high`. */
interface Pair {
  readonly high: number;
  readonly low: number;
}

/** The upper 42 bits of log 2, whose product with any exponent is exact, and the rest. */
const LN2: Pair = { high: 0.6931471805598903, low: 5.497923018708371e-14 };
const LOG2_E: Pair = { high: Math.LOG2E, low: 2.0355273740931033e-17 };
const THIRD: Pair = { high: 0.3333333333333333, low: 1.850371707708594e-17 };

const EXPONENT_BIAS = 1023;
/** 2^−1022 */
const NORMAL_MIN = 2.2250738585072014e-308;
/** Makes every subnormal number normal. A multiple of three, for the cube root. */
const SUBNORMAL_SHIFT = 54;

/** The coefficients after r²/2 of exp r and after s³/3 of artanh s: enough that what follows is below 2^−60. */
const EXP_TAIL: readonly number[] = inverses(factorials(3, 15));
const ARTANH_TAIL: readonly number[] = inverses([5, 7, 9, 11, 13, 15, 17, 19, 21, 23]);

const bits = new DataView(new ArrayBuffer(8));

/** e^x. */
export function exp(x: number): number {
  return expOfPair({ high: x, low: 0 });
}

/** The natural logarithm. */
export function log(x: number): number {
  if (!(x > 0 && x < Infinity)) {
    return logOutsideDomain(x);
  }
  const { high, low } = logOfPositive(x);
  return high + low;
}

/** The logarithm to base 2; that of a power of two is exact. */
export function log2(x: number): number {
  if (!(x > 0 && x < Infinity)) {
    return logOutsideDomain(x);
  }
  const exponent = exponentOf(x);
  const mantissaLog = logOfMantissa(scale(x, -exponent));
  const product = twoProduct(mantissaLog.high, LOG2_E.high);
  const sum = twoSum(exponent, product.high);
  return sum.high + (sum.low + product.low + mantissaLog.high * LOG2_E.low + mantissaLog.low * LOG2_E.high);
}

/** x^y, with the special cases of ECMAScript's Math.pow (so 1^∞ is NaN). */
export function pow(x: number, y: number): number {
  if (y === 0) {
    return 1;
  }
  if (Number.isNaN(x) || Number.isNaN(y)) {
    return Number.NaN;
  }
  const magnitude = powOfMagnitude(Math.abs(x), y);
  // −0 counts as negative here: (−0)^−1 is −∞.
  if (x > 0 || Object.is(x, 0)) {
    return magnitude;
  }
  if (Math.abs(y % 2) === 1) {
    return -magnitude;
  }
  // A negative number has no power that is not an integer; but zero and infinity have one, which has no sign.
  const hasPower = Math.floor(y) === y || x === 0 || x === -Infinity;
  return hasPower ? magnitude : Number.NaN;
}

/** The cube root; that of a cube is exact. */
export function cbrt(x: number): number {
  if (x === 0 || !Number.isFinite(x)) {
    return x;
  }
  const magnitude = Math.abs(x);
  const third = Math.floor(exponentOf(magnitude) / 3);
  // 2^(k − 1/2) < magnitude: a may begin a little below 1.
  const a = scale(magnitude, -3 * third);
  let root = 1 + (a - 1) / 7;
  for (let step = 0; step < 2; step++) {
    const cube = root * root * root;
    root *= (cube + 2 * a) / (2 * cube + a);
  }
  // Ten digits are right by now; Newton's step doubles them if the remainder a − root³ is exact.
  const square = twoProduct(root, root);
  const cube = twoProduct(square.high, root);
  const remainder = a - cube.high - cube.low - square.low * root;
  root += remainder / (3 * square.high);
  return scale(x < 0 ? -root : root, third);
}

function logOutsideDomain(x: number): number {
  return x === 0 ? -Infinity : x === Infinity ? Infinity : Number.NaN;
}

function powOfMagnitude(x: number, y: number): number {
  if (x === 0 || x === Infinity) {
    return (x === 0) === y > 0 ? 0 : Infinity;
  }
  if (x === 1) {
    return Math.abs(y) === Infinity ? Number.NaN : 1;
  }
  // |log x| is at least 2^−53, so beyond this the result is 0 or infinite; Dekker's product would overflow.
  if (Math.abs(y) > 1e19) {
    return x > 1 === y > 0 ? Infinity : 0;
  }
  const logarithm = logOfPositive(x);
  const product = twoProduct(y, logarithm.high);
  return expOfPair({ high: product.high, low: product.low + y * logarithm.low });
}

function expOfPair(x: Pair): number {
  if (!(x.high < 709.79)) {
    return Number.isNaN(x.high) ? Number.NaN : Infinity;
  }
  if (x.high < -745.14) {
    return 0;
  }
  const exponent = Math.floor(x.high * LOG2_E.high + 0.5);
  const reduced = twoSum(x.high, -exponent * LN2.high);
  const r = twoSum(reduced.high, reduced.low + x.low - exponent * LN2.low);
  const square = twoProduct(r.high, r.high);
  const tail = r.high * square.high * polynomial(EXP_TAIL, r.high);
  const linear = twoSum(1, r.high);
  const quadratic = twoSum(linear.high, square.high / 2);
  const low = linear.low + quadratic.low + square.low / 2 + r.low * (1 + r.high) + tail;
  return scale(quadratic.high + low, exponent);
}

function logOfPositive(x: number): Pair {
  const exponent = exponentOf(x);
  const mantissaLog = logOfMantissa(scale(x, -exponent));
  const sum = twoSum(exponent * LN2.high, mantissaLog.high);
  return { high: sum.high, low: sum.low + mantissaLog.low + exponent * LN2.low };
}

/** log m for √½ < m ≤ √2. */
function logOfMantissa(m: number): Pair {
  const numerator = m - 1;
  const denominator = twoSum(m, 1);
  const s = numerator / denominator.high;
  const back = twoProduct(s, denominator.high);
  const sLow = (numerator - back.high - back.low - s * denominator.low) / denominator.high;

  // artanh s = s·(1 + q),  q = z/3 + z²/5 + z³/7 + …,  z = s²
  const z = twoProduct(s, s);
  const third = twoProduct(z.high, THIRD.high);
  const tail = z.high * z.high * polynomial(ARTANH_TAIL, z.high);
  const q = twoSum(third.high, third.low + z.high * THIRD.low + (z.low + 2 * s * sLow) * THIRD.high + tail);
  const product = twoProduct(s, q.high);
  const sum = twoSum(s, product.high);
  return { high: 2 * sum.high, low: 2 * (sum.low + product.low + s * q.low + sLow * (1 + q.high)) };
}

/** a + b, exactly (Knuth). */
function twoSum(a: number, b: number): Pair {
  const high = a + b;
  const bRounded = high - a;
  return { high, low: a - (high - bRounded) + (b - bRounded) };
}

/** a · b, exactly (Dekker), unless it over- or underflows. */
function twoProduct(a: number, b: number): Pair {
  const high = a * b;
  const aHigh = upperHalf(a);
  const bHigh = upperHalf(b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return { high, low: aHigh * bHigh - high + aHigh * bLow + aLow * bHigh + aLow * bLow };
}

/** The number rounded to its upper 26 bits, so that the product of two such is exact (Veltkamp). */
function upperHalf(value: number): number {
  const shifted = value * 134217729; // 2^27 + 1
  return shifted - (shifted - value);
}

/** c₀ + c₁·x + c₂·x² + … */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let index = coefficients.length - 1; index >= 0; index--) {
    sum = sum * x + (coefficients[index] as number);
  }
  return sum;
}

/** The k of a positive x = 2^k·m with √½ < m ≤ √2. */
function exponentOf(x: number): number {
  if (x < NORMAL_MIN) {
    return exponentOf(scale(x, SUBNORMAL_SHIFT)) - SUBNORMAL_SHIFT;
  }
  bits.setFloat64(0, x);
  const upper = bits.getInt32(0);
  const exponent = (upper >>> 20) - EXPONENT_BIAS;
  bits.setInt32(0, (upper & 0xf_ffff) | (EXPONENT_BIAS << 20));
  return bits.getFloat64(0) > Math.SQRT2 ? exponent + 1 : exponent;
}

/** x · 2^exponent, rounded at most once; −1100 ≤ exponent ≤ 1100. */
function scale(x: number, exponent: number): number {
  if (exponent > 1000) {
    return x * powerOfTwo(1000) * powerOfTwo(exponent - 1000);
  }
  if (exponent < -1000) {
    return x * powerOfTwo(-1000) * powerOfTwo(exponent + 1000);
  }
  return x * powerOfTwo(exponent);
}

function powerOfTwo(exponent: number): number {
  bits.setInt32(0, (exponent + EXPONENT_BIAS) << 20);
  bits.setInt32(4, 0);
  return bits.getFloat64(0);
}

function factorials(from: number, to: number): number[] {
  const values: number[] = [];
  for (let n = 1, factorial = 1; n <= to; n++, factorial *= n) {
    if (n >= from) {
      values.push(factorial);
    }
  }
  return values;
}

function inverses(values: readonly number[]): number[] {
  return values.map((value) => 1 / value);
}
