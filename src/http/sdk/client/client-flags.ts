import { isDeepStrictEqual } from 'node:util';
import type { EvaluateAllOptions, FlagState } from '../../../evaluation/evaluator.ts';
import type { Context } from '../../../evaluation/model.ts';
import type { FeedEvent, Snapshot, Store } from '../../../store/store.ts';
import { oncePer } from '../../../shared/once-per.ts';
import { evaluationVersions } from './evaluation-versions.ts';

/** Who evaluates here: a context of a browser or of a mobile, with or without reasons. */
export interface Viewer {
  readonly clientSide?: 'environment-id' | 'mobile-key';
  readonly withReasons: boolean;
  readonly context: Context;
}

/** One flag's evaluation as client-side SDKs read it. */
export interface ClientFlag extends Omit<FlagState, 'version'> {
  /** Orders evaluations (see evaluation-versions.ts). */
  readonly version: number;
  /** The flag's own; what events report. */
  readonly flagVersion: number;
}

export type ClientUpdate =
  | { readonly type: 'put'; readonly key: string; readonly flag: ClientFlag }
  | { readonly type: 'delete'; readonly key: string };

export interface ClientFlags {
  /** Every flag that this viewer may see, evaluated. */
  all(snapshot: Snapshot, viewer: Viewer): { readonly [key: string]: ClientFlag };
  /** What a step changed for this viewer; empty when all of its evaluations stay the same. */
  updates(event: FeedEvent, viewer: Viewer): readonly ClientUpdate[];
}

export function createClientFlags(store: Pick<Store, 'changesSince'>): ClientFlags {
  const versionsOf = oncePer((snapshot: Snapshot) =>
    evaluationVersions(snapshot, store.changesSince(snapshot.environment, 0) ?? []),
  );

  const clientFlag = (snapshot: Snapshot, key: string, state: FlagState): ClientFlag => ({
    ...state,
    version: versionsOf(snapshot).get(key) ?? snapshot.sequence,
    flagVersion: state.version,
  });

  /** The flags whose evaluations may differ after the step: found once for all viewers. */
  const touched = oncePer(({ previous, snapshot, changes }: FeedEvent) => {
    const versions = [...versionsOf(snapshot)];
    const newer = versions.filter(([, version]) => version > previous.sequence).map(([key]) => key);
    return new Set([...newer, ...changes.filter(({ kind }) => kind === 'flag').map(({ key }) => key)]);
  });

  return {
    all(snapshot, viewer) {
      const states = snapshot.evaluator.evaluateAll(viewer.context, viewer);
      return Object.fromEntries(
        Object.entries(states).map(([key, state]) => [key, clientFlag(snapshot, key, state)]),
      );
    },

    updates(event, viewer) {
      const options: EvaluateAllOptions = { ...viewer, only: touched(event) };
      const before = event.previous.evaluator.evaluateAll(viewer.context, options);
      const after = event.snapshot.evaluator.evaluateAll(viewer.context, options);
      const updates: ClientUpdate[] = [];
      for (const [key, state] of Object.entries(after)) {
        const old = Object.hasOwn(before, key) ? before[key] : undefined;
        if (old !== undefined && isSameEvaluation(old, state)) continue;
        updates.push({ type: 'put', key, flag: clientFlag(event.snapshot, key, state) });
      }
      for (const key of Object.keys(before)) {
        if (!Object.hasOwn(after, key)) updates.push({ type: 'delete', key });
      }
      return updates;
    },
  };
}

/** A new version of the flag alone is no new evaluation. */
function isSameEvaluation(a: FlagState, b: FlagState): boolean {
  return (
    a.variation === b.variation &&
    a.trackEvents === b.trackEvents &&
    a.trackReason === b.trackReason &&
    a.debugEventsUntilDate === b.debugEventsUntilDate &&
    a.samplingRatio === b.samplingRatio &&
    isDeepStrictEqual(a.value, b.value) &&
    isDeepStrictEqual(a.reason, b.reason) &&
    isDeepStrictEqual(a.prerequisites, b.prerequisites)
  );
}
