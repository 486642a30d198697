import { show } from '../../evaluation/show.ts';

export interface SlowrollFinding {
  /** As in `$.search.ranking.end_time`; names that are not plain words stand in brackets, as in `$["a.b"].ranking`. */
  readonly path: string;
  /** What was expected, and what came. */
  readonly message: string;
}

const PLAIN_NAME = /^[\w-]{1,100}$/;

/** The path of a member; items of lists have a number for a name. */
export function member(path: string, name: string | number): string {
  if (typeof name === 'number') return `${path}[${name}]`;
  return PLAIN_NAME.test(name) ? `${path}.${name}` : `${path}[${show(name)}]`;
}

/** Short, and never walked into: what came may be big, or nested deeper than the stack. */
export function describe(value: unknown): string {
  if (Array.isArray(value) && value.length === 0) return '[]';
  return show(value);
}
