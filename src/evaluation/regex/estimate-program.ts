/**
 * About how many instructions RE2 compiles the pattern to, in time linear in its pieces: each thing counts as often as the
 * counted repetitions around it say. Compiling `[^a]{999}` twenty times over takes seconds; counting does not.
 * `(?:ab){10}c` is 21.
 */
export function estimateProgram(re2: readonly string[]): number {
  /** For each open group what came before its last thing, and that thing: a repetition concerns only the latter. */
  const open = [{ before: 0, last: 0 }];
  const push = (size: number): void => {
    const group = open.at(-1);
    if (group === undefined) return;
    group.before += group.last;
    group.last = size;
  };
  for (const piece of re2) {
    if (piece === '(?:') {
      open.push({ before: 0, last: 0 });
    } else if (piece === ')') {
      const { before, last } = open.pop() ?? { before: 0, last: 0 };
      push(before + last);
    } else if (/^[*+?{]/.test(piece)) {
      const group = open.at(-1);
      if (group !== undefined) group.last *= timesOf(piece);
    } else {
      push(1);
    }
  }
  return open.reduce((sum, { before, last }) => sum + before + last, 0);
}

/** `{2,5}` is five, `{2,}` is two; signs repeat in a loop, which is no longer. */
function timesOf(piece: string): number {
  const [, least, most] = /^\{(\d+)(?:,(\d*))?/.exec(piece) ?? [];
  return least === undefined ? 1 : Math.max(1, Number(least), Number(most ?? 0));
}
