import type { Flag, FlagRule, VariationOrRollout } from '../evaluation/model.ts';

/** What a flag's default rule is called beside the ids of its rules. */
export const DEFAULT_RULE = 'default';

const WHOLE = 100_000;

export interface RuleWeights {
  /** By variation, in thousandths of a percent; variations of weight 0 are left out. */
  readonly weights: ReadonlyMap<number, number>;
  /** The kind of context whose key decides: the unit. */
  readonly unitKind: string;
  /** False: another attribute than the key decides, so that contexts of one value move together. */
  readonly byKey: boolean;
  /** Whether SDKs report every evaluation of the rule, with its reason. */
  readonly isTracked: boolean;
}

type Rule = VariationOrRollout & Pick<FlagRule, 'trackEvents'>;

function ruleOf(flag: Flag, rule: string): Rule | undefined {
  if (rule !== DEFAULT_RULE) return flag.rules?.find(({ id }) => id === rule);
  return { ...flag.fallthrough, trackEvents: flag.trackEventsFallthrough ?? false };
}

/** How a rule is split now; undefined: the flag has no such rule. */
export function ruleWeights(flag: Flag, rule: string): RuleWeights | undefined {
  const found = ruleOf(flag, rule);
  if (found === undefined) return undefined;
  const { variation, rollout, trackEvents: isTracked = false } = found;
  const unitKind = rollout?.contextKind ?? 'user';
  const bucketBy = rollout?.kind === 'experiment' ? undefined : rollout?.bucketBy;
  const byKey = bucketBy === undefined || bucketBy === 'key';
  // `variation` wins when both are there.
  if (variation !== undefined || rollout === undefined) {
    const weights = new Map(variation === undefined ? [] : [[variation, WHOLE]]);
    return { weights, unitKind, byKey, isTracked };
  }
  const weights = new Map<number, number>();
  for (const { variation: index, weight, untracked } of rollout.variations) {
    if (weight > 0 && untracked !== true) weights.set(index, (weights.get(index) ?? 0) + weight);
  }
  return { weights, unitKind, byKey, isTracked };
}

/** The flag with event tracking of one rule turned on or off. */
export function withTracking(flag: Flag, rule: string, isTracked: boolean): Flag {
  if (rule === DEFAULT_RULE) return { ...flag, trackEventsFallthrough: isTracked };
  const tracked = (each: FlagRule): FlagRule =>
    each.id === rule ? { ...each, trackEvents: isTracked } : each;
  return { ...flag, rules: (flag.rules ?? []).map(tracked) };
}
