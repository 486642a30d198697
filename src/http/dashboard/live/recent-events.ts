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
  let kept: readonly LiveEvent[] = [];
  const unsubscribe = live.subscribe((events) => {
    kept = [...kept, ...events].slice(-MAX_KEPT);
  });
  return {
    list: ({ project, environment }) =>
      kept
        .filter(
          (event) => event.environment.project === project && event.environment.environment === environment,
        )
        .toReversed(),
    close: unsubscribe,
  };
}
