import type { LiveEvent } from '../../../events/event-sink.ts';
import type { Emitter } from '../../../shared/emitter.ts';
import type { EnvironmentRef } from '../../../store/store.ts';

const MAX_KEPT = 1_000;

/** The latest events of all environments, in memory. */
export interface RecentEvents {
  /** Newest first. */
  list(environment: EnvironmentRef): readonly LiveEvent[];
  close(): void;
}

export function createRecentEvents(live: Pick<Emitter<readonly LiveEvent[]>, 'subscribe'>): RecentEvents {
  const kept: LiveEvent[] = [];
  const unsubscribe = live.subscribe((events) => {
    kept.push(...events.slice(-MAX_KEPT));
    // Seldom, because it moves all of them.
    if (kept.length > 2 * MAX_KEPT) kept.splice(0, kept.length - MAX_KEPT);
  });
  return {
    list: ({ project, environment }) =>
      kept
        .slice(-MAX_KEPT)
        .filter(
          (event) => event.environment.project === project && event.environment.environment === environment,
        )
        .toReversed(),
    close: unsubscribe,
  };
}
