/** Veltkamp's constant: splits a double in two halves whose products are exact. */
const SPLITTER = 2 ** 27 + 1;

/** What rounding takes from a · b (Dekker, Numerische Mathematik 18, 1971). */
function productError(a: number, b: number, product: number): number {
  const aHigh = SPLITTER * a - (SPLITTER * a - a);
  const bHigh = SPLITTER * b - (SPLITTER * b - b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/**
 * a · b − c · d, right to the last digits even where the products are nearly equal, as they are in
 * n Σx² − (Σx)² for a billion values.
 */
export function differenceOfProducts(a: number, b: number, c: number, d: number): number {
  const first = a * b;
  const second = c * d;
  return first - second + (productError(a, b, first) - productError(c, d, second));
}
