import { checkContext } from '../../../evaluation/check-context.ts';
import { rolloutPlace } from '../../../flags/rollout-place.ts';
import type { FlagRecord, Snapshot } from '../../../store/store.ts';
import { servedVariation } from '../text/value-text.ts';
import { faderPosition } from './fader.ts';

/** A listener that somebody looked up on a flag's page: what they get, and where they stand on the fader. */
export interface ListenerLookup {
  /** As typed; empty: none was looked up. */
  readonly key: string;
  readonly text: string;
  /** 0–100 % of the fader's length: who is left of the knob is in. Undefined when no percentage decides. */
  readonly position: number | undefined;
}

export function lookUpListener(
  { key: flagKey, definition }: FlagRecord,
  { evaluator }: Snapshot,
  key: string,
): ListenerLookup {
  if (key === '') return { key, text: '', position: undefined };
  const check = checkContext({ kind: 'user', key });
  if (!check.ok) return { key, text: `This is not a listener’s key: ${check.problem}.`, position: undefined };
  const { variationIndex, reason } = evaluator.evaluate(flagKey, check.context, null);
  const gets =
    variationIndex === null ? 'the caller’s default' : servedVariation(definition, variationIndex).text;
  const place = rolloutPlace(definition, reason, evaluator, check.context);
  return place === undefined
    ? { key, text: `${key} gets ${gets}, and no percentage decides it.`, position: undefined }
    : {
        key,
        text: `${key} is number ${place.number} of 100, and gets ${gets}.`,
        position: faderPosition(place.number),
      };
}
