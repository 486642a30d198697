import { compilePattern } from '../pattern.ts';
import type { Place } from './finding.ts';

/** What JavaScript, Go and Python read differently, with the reason in words. */
const DIALECTS: readonly (readonly [RegExp, string])[] = [
  [/\\[pP]/, '\\p is a class of letters in Go, and the letter p in the node SDK'],
  [/\\[sS]/, '\\s leaves out many blanks in Go that JavaScript and Python count'],
  [/\\[dwbDWB]/, '\\d, \\w and \\b are ASCII in Go and JavaScript, but all of Unicode in Python'],
  [/\\[AzZQECaGhHKRX]/, 'this escape is not the same in Go, JavaScript and Python'],
  [/\(\?[a-zA-Z-]+[:)]/, 'flags inside the pattern are not known to the node SDK'],
  [/\(\?P[<=>]/, '(?P…) is not known to the node SDK'],
  [/\(\?<[^=!]/, '(?<name>…) is not known to Python'],
  [/\[\[:/, '[[:class:]] is known to Go alone'],
  [/\[\^?\]/, 'an empty class is known to JavaScript alone'],
  [/\$/, '$ also matches before a final line break in Python'],
  [/[\u{10000}-\u{10FFFF}]/u, 'characters past U+FFFF count as two in the node SDK'],
];

/** A pattern of `matches`: valid here, and the same to every SDK. */
export function lintPattern(text: string, place: Place): void {
  const pattern = compilePattern(text);
  if (!pattern.ok) {
    place.error('invalid_regex', `expected a regular expression that RE2 takes: ${pattern.problem}`);
    return;
  }
  for (const [construct, reason] of DIALECTS) {
    if (construct.test(text)) {
      place.warning('regex_dialect', reason);
    }
  }
  if (!isJavaScript(text)) {
    place.warning('regex_dialect', 'the node SDK does not take this pattern, so there it matches nothing');
  }
}

/** Only compiled, never run: running is what can take for ever. */
function isJavaScript(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
