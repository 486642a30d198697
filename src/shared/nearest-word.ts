/**
 * The word that was probably meant: the candidate with the fewest typing mistakes, at most about a third of its letters.
 *
 * @example
 * nearestWord('rolout_percentage', ['status', 'rollout_percentage']); // 'rollout_percentage'
 */
export function nearestWord(word: string, candidates: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let fewest = Math.floor((Math.min(word.length, MAX_LENGTH) + 1) / 3);
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > fewest || candidate.length > MAX_LENGTH) continue;
    const count = mistakes(word.toLowerCase(), candidate.toLowerCase());
    if (count <= fewest && candidate !== word) {
      nearest = candidate;
      fewest = count - 1;
    }
  }
  return nearest;
}

const MAX_LENGTH = 64;

/** Insertions, deletions and substitutions (Levenshtein's distance). */
function mistakes(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, char] of Array.from(a).entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const substituted = (row[j] ?? 0) + (b[j] === char ? 0 : 1);
      next.push(Math.min(substituted, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
