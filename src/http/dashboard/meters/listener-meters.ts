import type { EvaluationDetail } from '../../../evaluation/detail.ts';
import type { Flag } from '../../../evaluation/model.ts';
import type { SeenContext } from '../../../flags/seen-contexts.ts';
import type { FlagRecord, Snapshot } from '../../../store/store.ts';
import { percentText } from '../flag/fader.ts';
import { type Colour, servedVariation } from '../text/value-text.ts';

/** What the listeners of a flag get, counted once each since the flag's last change. */
export interface ListenerMeters {
  readonly total: number;
  readonly levels: readonly LevelMeter[];
  /** Listeners by the step that decided, as `WhoLine.id` names it. */
  readonly steps: Readonly<Record<string, number>>;
}

export interface LevelMeter {
  readonly variation: number;
  readonly text: string;
  readonly colour: Colour;
  readonly count: number;
  readonly shareText: string;
  /** The share in whole lamps of the meter, 0–100. */
  readonly lit: number;
}

const LAMPS = 24;

/**
 * Evaluates the flag for every context that was seen since its last change, so that the meters agree with the fader and
 * with the rules. A context that was seen only before the change may not have asked again, and is not counted.
 */
export function listenerMeters(
  record: FlagRecord,
  { evaluator }: Snapshot,
  contexts: readonly SeenContext[],
): ListenerMeters {
  const { definition, key, updatedAt } = record;
  const changedAt = Date.parse(updatedAt);
  const variations = new Map<number, number>();
  const steps = new Map<string, number>();
  let total = 0;
  for (const { context, lastSeenAt } of contexts) {
    if (lastSeenAt < changedAt) continue;
    const detail = evaluator.evaluate(key, context, null);
    total += 1;
    increment(steps, stepOf(definition, detail));
    if (detail.variationIndex !== null) increment(variations, detail.variationIndex);
  }
  const levels = definition.variations.map((_, variation) => {
    const count = variations.get(variation) ?? 0;
    const share = total === 0 ? 0 : count / total;
    const { text, colour } = servedVariation(definition, variation);
    return {
      variation,
      text,
      colour,
      count,
      shareText: total === 0 ? '–' : percentText(Math.round(share * 100)),
      lit: (Math.ceil(share * LAMPS) / LAMPS) * 100,
    };
  });
  return {
    total,
    levels: levels.toSorted((a, b) => Number(a.colour === 'control') - Number(b.colour === 'control')),
    steps: Object.fromEntries(steps),
  };
}

function stepOf({ targets = [] }: Flag, { reason, variationIndex }: EvaluationDetail): string {
  switch (reason.kind) {
    case 'RULE_MATCH':
      return `rule-${reason.ruleIndex}`;
    case 'TARGET_MATCH':
      return targets.some(({ variation, values }) => variation === variationIndex && values.length > 0)
        ? `target-${variationIndex}`
        : `context-target-${variationIndex}`;
    case 'PREREQUISITE_FAILED':
      return `prerequisite-${reason.prerequisiteKey}`;
    case 'FALLTHROUGH':
      return 'default';
    case 'OFF':
    case 'ERROR':
      return reason.kind.toLowerCase();
    default:
      return reason satisfies never;
  }
}

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
