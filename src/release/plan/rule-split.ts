import type { Flag, FlagRule, Rollout, VariationOrRollout } from '../../evaluation/model.ts';
import { DEFAULT_RULE } from './release-plan.ts';
import { WHOLE } from './share.ts';

/** Which rule of a flag a release moves, and between which variations. */
export interface RuleRef {
  readonly rule: string;
  readonly from: number;
  readonly to: number;
}

export type RuleSplit =
  | {
      readonly kind: 'split';
      /** Of the new variation, in thousandths of a percent. */
      readonly share: number;
      /** The context kind whose key decides: the unit of randomisation. */
      readonly unitKind: string;
      /** False: another attribute than the key decides, so that contexts of one value move together. */
      readonly byKey: boolean;
      /** Whether SDKs report every evaluation of this rule, with its reason. */
      readonly isTracked: boolean;
    }
  | { readonly kind: 'no-such-rule' }
  /** The rule serves something else than these two variations; `detail` says what. */
  | { readonly kind: 'other'; readonly detail: string };

type Rule = VariationOrRollout & Pick<FlagRule, 'trackEvents'>;

function ruleOf(flag: Flag, rule: string): Rule | undefined {
  if (rule !== DEFAULT_RULE) return flag.rules?.find(({ id }) => id === rule);
  return { ...flag.fallthrough, trackEvents: flag.trackEventsFallthrough ?? false };
}

/** How a rule is split between the two variations now. */
export function readSplit(flag: Flag, { rule, from, to }: RuleRef): RuleSplit {
  const found = ruleOf(flag, rule);
  if (found === undefined) return { kind: 'no-such-rule' };
  const { variation, rollout, trackEvents: isTracked = false } = found;
  const unitKind = rollout?.contextKind ?? 'user';
  const byKey = rollout?.bucketBy === undefined || rollout.bucketBy === 'key';
  // `variation` wins when both are there.
  if (variation !== undefined || rollout === undefined) {
    if (variation !== from && variation !== to) {
      return { kind: 'other', detail: `it serves variation ${String(variation)}` };
    }
    return { kind: 'split', share: variation === to ? WHOLE : 0, unitKind, byKey, isTracked };
  }
  if (rollout.kind === 'experiment') return { kind: 'other', detail: 'an experiment runs on it' };
  let share = 0;
  for (const { variation: index, weight } of rollout.variations) {
    if (index === to) share += weight;
    else if (index !== from && weight > 0)
      return { kind: 'other', detail: `it also serves variation ${index}` };
  }
  return { kind: 'split', share, unitKind, byKey, isTracked };
}

/**
 * The flag with the rule split anew. Seed, attribute, kind and the order of the two variations stay, so that no bucket
 * moves: who has the new variation keeps it while its share rises, and the last to come in are the first to leave.
 */
export function withSplit(
  flag: Flag,
  ref: RuleRef,
  { share, isTracked }: { readonly share: number; readonly isTracked: boolean },
): Flag {
  if (ref.rule === DEFAULT_RULE) {
    const { variation: _variation, rollout, ...rest } = flag.fallthrough;
    return {
      ...flag,
      fallthrough: { ...rest, rollout: splitRollout(rollout, ref, share) },
      trackEventsFallthrough: isTracked,
    };
  }
  const splitRule = (found: FlagRule): FlagRule => {
    const { variation: _variation, rollout, ...rest } = found;
    return { ...rest, rollout: splitRollout(rollout, ref, share), trackEvents: isTracked };
  };
  return {
    ...flag,
    rules: (flag.rules ?? []).map((found) => (found.id === ref.rule ? splitRule(found) : found)),
  };
}

function splitRollout(rollout: Rollout | undefined, { from, to }: RuleRef, share: number): Rollout {
  const treatment = { variation: to, weight: share };
  const control = { variation: from, weight: WHOLE - share };
  const order = rollout?.variations.map(({ variation }) => variation) ?? [];
  const controlFirst = order.includes(from) && order.includes(to) && order.indexOf(from) < order.indexOf(to);
  return { ...rollout, variations: controlFirst ? [control, treatment] : [treatment, control] };
}
