export interface Sparkline {
  /** `points` of an SVG polyline in a box of 90 × 24. */
  readonly points: string;
  readonly text: string;
}

const [WIDTH, HEIGHT] = [90, 24];

/** A line of values that starts at the left edge and has its maximum at the top; undefined without values. */
export function sparkline(values: readonly number[]): Sparkline | undefined {
  const max = Math.max(...values);
  const sum = values.reduce((total, value) => total + value, 0);
  if (values.length < 2 || max <= 0) return undefined;
  const points = values.map((value, index) => {
    const x = (index / (values.length - 1)) * WIDTH;
    const y = HEIGHT - 1 - (value / max) * (HEIGHT - 2);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return { points: points.join(' '), text: `${sum.toLocaleString('en')} in ${values.length} min` };
}
