import { inspect } from 'node:util';

/** An invalid feature, user or option. The message says where, what was expected and what came. */
export class FeatureError extends Error {
  override readonly name = 'FeatureError';
}

/** The storage failed. The message names it; `cause` is what it threw. */
export class FeatureStorageError extends Error {
  override readonly name = 'FeatureStorageError';
}

/** @param where what is wrong, such as `feature chat: percentage` */
export function unexpected(where: string, expected: string, came: unknown): FeatureError {
  return new FeatureError(`${where}: expected ${expected}, got ${shown(came)}`);
}

/** A value in one short line, whatever it is. */
function shown(value: unknown): string {
  const text = inspect(value, {
    depth: 1,
    breakLength: Infinity,
    compact: true,
    customInspect: false,
    maxArrayLength: 5,
    maxStringLength: 60,
  });
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
