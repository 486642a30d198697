export interface SemanticVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly prerelease: readonly (number | string)[];
}

/** The longest text that the `semver` package of the node SDK reads. */
const MAX_LENGTH = 256;
const NO_PRERELEASE: readonly never[] = [];
const NONE_YET = -1;
/** A number so long that it may be past 2^53 when a digit follows. */
const LONG = 1e14;
const [DOT, ZERO, NINE] = [46, 48, 57];
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
  return parsePlain(value) ?? parseFull(value) ?? parseFull(completed(value));
}

/** Three numbers, as most versions are, read without a regular expression; `undefined` for any other text. */
function parsePlain(text: string): SemanticVersion | undefined {
  let major = NONE_YET;
  let minor = NONE_YET;
  let number = NONE_YET;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE && number !== 0 && number < LONG) {
      number = (number === NONE_YET ? 0 : number * 10) + code - ZERO;
    } else if (code === DOT && number !== NONE_YET && minor === NONE_YET) {
      [major, minor] = major === NONE_YET ? [number, NONE_YET] : [major, number];
      number = NONE_YET;
    } else {
      return undefined;
    }
  }
  const complete = minor !== NONE_YET && number !== NONE_YET;
  return complete ? { major, minor, patch: number, prerelease: NO_PRERELEASE } : undefined;
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
  const [, major = '', minor = '', patch = '', prerelease = ''] = parts;
  return version(Number(major), Number(minor), Number(patch), prerelease);
}

function version(
  major: number,
  minor: number,
  patch: number,
  prerelease: string,
): SemanticVersion | undefined {
  return Math.max(major, minor, patch) > Number.MAX_SAFE_INTEGER
    ? undefined
    : {
        major,
        minor,
        patch,
        prerelease: prerelease === '' ? NO_PRERELEASE : prerelease.split('.').map(identifier),
      };
}

function identifier(text: string): number | string {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return number < Number.MAX_SAFE_INTEGER ? number : text;
}

/** Below, at or above zero, by SemVer's precedence: build metadata does not count. */
export function compareVersions(left: SemanticVersion, right: SemanticVersion): number {
  if (left.major !== right.major) {
    return left.major - right.major;
  }
  if (left.minor !== right.minor) {
    return left.minor - right.minor;
  }
  return left.patch - right.patch || comparePrereleases(left.prerelease, right.prerelease);
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
