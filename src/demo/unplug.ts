import type { LaunchDarklyFlagClient } from '../flags/launchdarkly-flag-client.ts';
import { createEmitter } from '../shared/emitter.ts';

/** A plug between the site and LaunchDarkly that a presenter may pull: the flag chain then sees a stream that has ended. */
export interface LaunchDarklyPlug {
  /** The client as the flag chain is to see it. */
  wrap(client: LaunchDarklyFlagClient): LaunchDarklyFlagClient;
  /** Whether there is a LaunchDarkly to unplug. */
  isThere(): boolean;
  isPulled(): boolean;
  set(isPulled: boolean): void;
}

/** @param onError hears of a listener that threw */
export function createLaunchDarklyPlug(onError: (error: unknown) => void): LaunchDarklyPlug {
  const changes = createEmitter<void>(onError);
  let isThere = false;
  let isPulled = false;
  return {
    wrap(client) {
      isThere = true;
      return {
        ...client,
        state: () =>
          isPulled
            ? { ...client.state(), connection: 'interrupted', reason: 'it was unplugged for this demo' }
            : client.state(),
        onState(listener) {
          const unsubscribe = [client.onState(listener), changes.subscribe(listener)];
          return () => {
            for (const each of unsubscribe) each();
          };
        },
      };
    },
    isThere: () => isThere,
    isPulled: () => isPulled,
    set(next) {
      isPulled = next;
      changes.emit();
    },
  };
}
