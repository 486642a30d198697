import { isDeepStrictEqual } from 'node:util';
import type { EvaluateAllOptions, FlagState } from '../../../evaluation/evaluator.ts';
import type { Context } from '../../../evaluation/model.ts';
import type { Snapshot } from '../../../store/store.ts';

/** Who evaluates here: a context of a browser or of a mobile, with or without reasons. */
export interface Viewer extends EvaluateAllOptions {
  readonly clientSide?: 'environment-id' | 'mobile-key';
  readonly withReasons: boolean;
  readonly context: Context;
}

/** One flag's answer as client-side SDKs read it. */
export interface ClientFlag extends Omit<FlagState, 'version'> {
  /**
   * The environment's counter, not the flag's: an answer also changes when a segment or a prerequisite does, and clients
   * drop what is not higher than what they have.
   */
  readonly version: number;
  /** The flag's own; what events report. */
  readonly flagVersion: number;
}

export type ClientFlags = { readonly [key: string]: ClientFlag };

export type ClientUpdate =
  | { readonly type: 'put'; readonly key: string; readonly flag: ClientFlag }
  | { readonly type: 'delete'; readonly key: string };

/** Every flag that this viewer may see, evaluated. */
export function clientFlags({ evaluator, sequence }: Snapshot, viewer: Viewer): ClientFlags {
  return Object.fromEntries(
    Object.entries(evaluator.evaluateAll(viewer.context, viewer)).map(([key, state]) => [
      key,
      clientFlag(state, sequence),
    ]),
  );
}

/** What a step changed for this viewer; empty when all of its answers stay as they are. */
export function clientUpdates(previous: Snapshot, next: Snapshot, viewer: Viewer): readonly ClientUpdate[] {
  const before = previous.evaluator.evaluateAll(viewer.context, viewer);
  const after = next.evaluator.evaluateAll(viewer.context, viewer);
  const updates: ClientUpdate[] = [];
  for (const [key, state] of Object.entries(after)) {
    const old = Object.hasOwn(before, key) ? before[key] : undefined;
    if (old === undefined || !isSameAnswer(old, state)) {
      updates.push({ type: 'put', key, flag: clientFlag(state, next.sequence) });
    }
  }
  for (const key of Object.keys(before)) {
    if (!Object.hasOwn(after, key)) updates.push({ type: 'delete', key });
  }
  return updates;
}

function clientFlag(state: FlagState, sequence: number): ClientFlag {
  return { ...state, version: sequence, flagVersion: state.version };
}

/** A new version of the flag alone is no new answer. */
function isSameAnswer(a: FlagState, b: FlagState): boolean {
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
