export interface SemanticVersion {
  readonly core: readonly [number, number, number];
  readonly prerelease: readonly (number | string)[];
}

/** The longest text that the `semver` package of the node SDK reads. */
const MAX_LENGTH = 256;
const NUMBER = '(0|[1-9]\\d*)';
const IDENTIFIER = '(?:0|[1-9]\\d*|\\d*[a-zA-Z-][a-zA-Z0-9-]*)';
const FULL = new RegExp(
  `^v?${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-(${IDENTIFIER}(?:\\.${IDENTIFIER})*))?(?:\\+[a-zA-Z0-9-]+(?:\\.[a-zA-Z0-9-]+)*)?$`,
);
const PARTIAL = /^\d+(\.\d+)?(\.\d+)?/;

/**
 * Semantic Versioning 2.0.0, with a missing minor or patch number read as 0 (also before a pre-release: `2-rc`).
 * `undefined` for anything else: a leading `v`, leading zeros, four parts, numbers past 2^53. Spaces around are
 * tolerated as the node SDK does.
 */
export function parseVersion(value: unknown): SemanticVersion | undefined {
  if (typeof value !== 'string' || value.length > MAX_LENGTH || value.startsWith('v')) {
    return undefined;
  }
  return parseFull(value) ?? parseFull(completed(value));
}

function completed(text: string): string {
  const parts = PARTIAL.exec(text);
  if (parts === null) {
    return '';
  }
  const [start, minor, patch] = parts;
  const missing = (minor === undefined ? '.0' : '') + (patch === undefined ? '.0' : '');
  return start + missing + text.slice(start.length);
}

function parseFull(text: string): SemanticVersion | undefined {
  const parts = text.length > MAX_LENGTH ? null : FULL.exec(text.trim());
  if (parts === null) {
    return undefined;
  }
  const core = [Number(parts[1]), Number(parts[2]), Number(parts[3])] as const;
  if (core.some((number) => number > Number.MAX_SAFE_INTEGER)) {
    return undefined;
  }
  return { core, prerelease: (parts[4] ?? '').split('.').filter(Boolean).map(identifier) };
}

function identifier(text: string): number | string {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return number < Number.MAX_SAFE_INTEGER ? number : text;
}

/** Below, at or above zero, by SemVer's precedence: build metadata does not count. */
export function compareVersions(left: SemanticVersion, right: SemanticVersion): number {
  for (const index of [0, 1, 2] as const) {
    if (left.core[index] !== right.core[index]) {
      return left.core[index] - right.core[index];
    }
  }
  return comparePrereleases(left.prerelease, right.prerelease);
}

function comparePrereleases(left: readonly (number | string)[], right: readonly (number | string)[]): number {
  if (left.length === 0 || right.length === 0) {
    return right.length - left.length;
  }
  for (const [index, mine] of left.entries()) {
    const theirs = right[index];
    if (theirs === undefined) {
      return 1;
    }
    if (mine !== theirs) {
      return compareIdentifiers(mine, theirs);
    }
  }
  return left.length - right.length;
}

/** Numbers before words; numbers by value, words by code unit. A number past 2^53 is kept as text but still a number. */
function compareIdentifiers(left: number | string, right: number | string): number {
  const leftIsNumber = isNumeric(left);
  const rightIsNumber = isNumeric(right);
  if (leftIsNumber && rightIsNumber) {
    return Number(left) - Number(right);
  }
  if (leftIsNumber !== rightIsNumber) {
    return leftIsNumber ? -1 : 1;
  }
  return left < right ? -1 : 1;
}

function isNumeric(part: number | string): boolean {
  return typeof part === 'number' || /^\d+$/.test(part);
}
