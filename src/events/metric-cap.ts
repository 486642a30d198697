import { LRUCache } from 'lru-cache';
import type { EnvironmentRef } from '../store/store.ts';
import type { CustomEvent } from './analytics-event.ts';

const MINUTE_MS = 60_000;
const MAX_REMEMBERED = 50_000;

/**
 * Tells which metric events are too many: a context that reports one event more than `perContextPerMinute` times in a
 * minute would steer the metric by itself. Returns true for an event that is not to be counted.
 * @param now epoch milliseconds
 */
export function createMetricCap(
  perContextPerMinute: number,
  now: () => number,
): (environment: EnvironmentRef, event: CustomEvent) => boolean {
  const seen = new LRUCache<string, { count: number }>({ max: MAX_REMEMBERED });
  return ({ project, environment }, { eventKey, contextKeys }) => {
    const minute = Math.floor(now() / MINUTE_MS);
    let isCapped = false;
    for (const { kind, key } of contextKeys) {
      const id = JSON.stringify([minute, project, environment, eventKey, kind, key]);
      const times = seen.get(id) ?? { count: 0 };
      times.count += 1;
      seen.set(id, times);
      isCapped ||= times.count > perContextPerMinute;
    }
    return isCapped;
  };
}
