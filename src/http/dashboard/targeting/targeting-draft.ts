import type { Flag, FlagRule, VariationOrRollout } from '../../../evaluation/model.ts';
import { ruleName } from '../../../evaluation/rule-name.ts';
import { buildClauses, type ClauseDraft, clauseDraft } from './clause-draft.ts';

/** What a rule or the default rule serves, as the form has it. */
export interface ServeDraft {
  /** A variation's index; `rollout`: the weights. */
  readonly serve: string;
  /** Percentages by variation, as typed. */
  readonly weights: readonly string[];
  /** Attribute that a rollout buckets by; empty: the key. */
  readonly bucketBy: string;
}

export interface RuleDraft extends ServeDraft {
  /** Index of the rule that it was; undefined for a new rule. */
  readonly from: number | undefined;
  readonly description: string;
  readonly clauses: readonly ClauseDraft[];
}

/** The editable part of a flag's definition, as a form has it. */
export interface TargetingDraft {
  readonly rules: readonly RuleDraft[];
  readonly fallthrough: ServeDraft;
  /** A variation's index; empty: the caller's default. */
  readonly off: string;
}

export type DraftOutcome =
  | { readonly outcome: 'built'; readonly definition: Flag }
  | { readonly outcome: 'invalid'; readonly problems: readonly string[] };

const WEIGHT_OF_ONE_PERCENT = 1_000;

export function targetingDraft(flag: Flag): TargetingDraft {
  return {
    rules: (flag.rules ?? []).map((rule, from) => {
      const { serve, weights, bucketBy } = serveDraft(flag, rule);
      const { description = '', clauses } = rule;
      return { from, description, clauses: clauses.map(clauseDraft), serve, weights, bucketBy };
    }),
    fallthrough: serveDraft(flag, flag.fallthrough),
    off: flag.offVariation === undefined ? '' : String(flag.offVariation),
  };
}

function serveDraft({ variations }: Flag, { variation, rollout }: VariationOrRollout): ServeDraft {
  const weightOf = (index: number): number =>
    (rollout?.variations ?? [])
      .filter((weighted) => weighted.variation === index)
      .reduce((sum, { weight }) => sum + weight, 0);
  return {
    serve: variation === undefined && rollout !== undefined ? 'rollout' : String(variation ?? 0),
    weights: variations.map((_, index) => String(weightOf(index) / WEIGHT_OF_ONE_PERCENT)),
    bucketBy: rollout?.bucketBy ?? '',
  };
}

/**
 * The definition that a draft makes of the flag which it was drawn from. What the form does not show stays as it was:
 * a rule that was not edited is the same rule, to the byte.
 */
export function buildTargeting(base: Flag, draft: TargetingDraft): DraftOutcome {
  const problems: string[] = [];
  const before = targetingDraft(base);
  const rules = draft.rules.map((rule, index): FlagRule => {
    const old = rule.from === undefined ? undefined : base.rules?.[rule.from];
    const oldDraft = rule.from === undefined ? undefined : before.rules[rule.from];
    if (old !== undefined && isEqual(oldDraft, rule)) return old;
    const { id, trackEvents } = old ?? {};
    // In the order in which the API has them.
    return {
      ...(id === undefined ? {} : { id }),
      ...(rule.description === '' ? {} : { description: rule.description }),
      clauses: buildClauses(rule.clauses, old?.clauses ?? [], ruleName(index), problems),
      ...(old !== undefined && isEqual(serveOnly(oldDraft), serveOnly(rule))
        ? served(old)
        : buildServe(rule, old, ruleName(index), problems)),
      ...(trackEvents === undefined ? {} : { trackEvents }),
    };
  });
  const fallthrough = isEqual(before.fallthrough, draft.fallthrough)
    ? base.fallthrough
    : buildServe(draft.fallthrough, base.fallthrough, 'the default rule', problems);
  const { offVariation: _off, ...rest } = base;
  const definition: Flag = {
    ...(draft.off === '' ? rest : { ...base, offVariation: Number(draft.off) }),
    ...(base.rules === undefined && rules.length === 0 ? {} : { rules }),
    fallthrough,
  };
  return problems.length === 0 ? { outcome: 'built', definition } : { outcome: 'invalid', problems };
}

const serveOnly = (draft: ServeDraft | undefined): ServeDraft | undefined =>
  draft && { serve: draft.serve, weights: draft.weights, bucketBy: draft.bucketBy };

const served = ({ variation, rollout }: VariationOrRollout): VariationOrRollout => ({
  ...(variation === undefined ? {} : { variation }),
  ...(rollout === undefined ? {} : { rollout }),
});

const isEqual = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function buildServe(
  { serve, weights, bucketBy }: ServeDraft,
  old: VariationOrRollout | undefined,
  where: string,
  problems: string[],
): VariationOrRollout {
  if (serve !== 'rollout') return { variation: Number(serve) };
  const parsed = weights.map((text) =>
    Math.round(Number(text.trim().replace(',', '.') || 0) * WEIGHT_OF_ONE_PERCENT),
  );
  if (parsed.some((weight) => !Number.isFinite(weight) || weight < 0)) {
    problems.push(`${where}: each percentage must be a number from 0 to 100.`);
  } else {
    const sum = parsed.reduce((total, weight) => total + weight, 0);
    if (sum !== 100 * WEIGHT_OF_ONE_PERCENT)
      problems.push(`${where}: the percentages add up to ${sum / WEIGHT_OF_ONE_PERCENT} %, not to 100 %.`);
  }
  const { kind, contextKind, seed } = old?.rollout ?? {};
  return {
    rollout: {
      ...(kind === undefined ? {} : { kind }),
      ...(contextKind === undefined ? {} : { contextKind }),
      ...(bucketBy === '' ? {} : { bucketBy }),
      ...(seed === undefined ? {} : { seed }),
      variations: parsed.map((weight, variation) => ({ variation, weight })),
    },
  };
}
