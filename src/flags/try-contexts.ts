import { setImmediate as turn } from 'node:timers/promises';
import type { Context } from '../evaluation/model.ts';
import type { SeenContext } from './seen-contexts.ts';

/** Others are served after so many milliseconds. */
const TURN_MS = 10;
const LIMIT_MS = 1_000;

/**
 * Tries a draft on recently seen contexts, in turns and for a second at most: what a draft costs is up to its author.
 * Resolves with how many were tried. `now` is in milliseconds.
 */
export async function tryContexts(
  seen: readonly SeenContext[],
  tryOne: (context: Context) => void,
  now: () => number,
): Promise<number> {
  const startedAt = now();
  let turnEnds = startedAt + TURN_MS;
  for (const [tried, { context }] of seen.entries()) {
    if (now() >= turnEnds) {
      if (now() - startedAt >= LIMIT_MS) return tried;
      await turn();
      turnEnds = now() + TURN_MS;
    }
    tryOne(context);
  }
  return seen.length;
}
