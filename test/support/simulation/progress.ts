/** A line that says how far a long run is; only where somebody looks. */
export function createProgress(total: number): { step(label: string): void; end(): void } {
  const { stderr } = process;
  let done = 0;
  let shown = -1;
  return {
    step: (label) => {
      done += 1;
      const percent = Math.floor((100 * done) / total);
      if (!stderr.isTTY || percent === shown) return;
      shown = percent;
      stderr.write(`\r${String(percent).padStart(3)} %  ${label.padEnd(60).slice(0, 60)}`);
    },
    end: () => {
      if (stderr.isTTY) stderr.write(`\r${' '.repeat(68)}\r`);
    },
  };
}
