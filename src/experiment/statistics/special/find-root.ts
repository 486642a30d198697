/**
 * The x between `low` and `high` at which an increasing function passes 0, by bisection to the last digit.
 *
 * @param increasing at most 0 at `low` and at least 0 at `high`; elsewhere the nearer end is returned
 */
export function findRoot(increasing: (x: number) => number, low: number, high: number): number {
  let below = low;
  let above = high;
  for (;;) {
    const middle = below + (above - below) / 2;
    if (middle <= below || middle >= above) return middle;
    if (increasing(middle) < 0) below = middle;
    else above = middle;
  }
}
