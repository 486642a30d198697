import type { Flag, Rollout, VariationOrRollout } from '../evaluation/model.ts';

/** The feature flag microservice's view of a flag: on or off, and for how many of a hundred. */
export interface SimpleFields {
  /** Whether the flag is on. */
  readonly status: boolean;
  /** 0–100: the share of the default rule that gets `true`; `null`: everybody alike, or not a share of true and false. */
  readonly rollout_percentage: number | null;
}

export interface SimpleChange {
  readonly status?: boolean;
  /** 0–100 with up to three decimals; `null`: everybody gets `true` while the flag is on. */
  readonly rollout_percentage?: number | null;
}

export type SimpleOutcome =
  | { readonly outcome: 'mapped'; readonly definition: Flag }
  /** The flag is not one of true and false for a share of contexts; `detail` says why. */
  | { readonly outcome: 'not-simple'; readonly detail: string }
  | { readonly outcome: 'out-of-range'; readonly detail: string };

/** Thousandths of a percent, as LaunchDarkly weighs. */
const WEIGHT_OF_ONE_PERCENT = 1_000;
const WHOLE_WEIGHT = 100_000;

export function simpleFields({ definition }: { readonly definition: Flag }): SimpleFields {
  const booleans = booleanVariations(definition);
  const share = booleans && shareOfTrue(definition.fallthrough, booleans);
  return {
    status: definition.on,
    rollout_percentage: share === undefined || share === null ? null : share / WEIGHT_OF_ONE_PERCENT,
  };
}

/**
 * The definition with the named simple fields changed and everything else as it was; a new boolean flag, off, where there is none.
 * A percentage is refused on a flag whose variations are not true and false, or whose default rule is more than a share of them.
 */
export function withSimpleFields(
  definition: Flag | undefined,
  key: string,
  change: SimpleChange,
): SimpleOutcome {
  const flag = definition ?? newFlag(key);
  const on = change.status ?? flag.on;
  const percentage = change.rollout_percentage;
  if (percentage === undefined) return { outcome: 'mapped', definition: { ...flag, on } };

  const booleans = booleanVariations(flag);
  if (booleans === undefined) {
    return {
      outcome: 'not-simple',
      detail: `${key} has other variations than true and false: a percentage does not say which of them to serve`,
    };
  }
  if (shareOfTrue(flag.fallthrough, booleans) === undefined) {
    return {
      outcome: 'not-simple',
      detail: `the default rule of ${key} is not a share of true and false: change its definition instead`,
    };
  }
  if (percentage === null) {
    return { outcome: 'mapped', definition: { ...flag, on, fallthrough: { variation: booleans.yes } } };
  }
  const weight = Math.round(percentage * WEIGHT_OF_ONE_PERCENT);
  if (!(weight >= 0 && weight <= WHOLE_WEIGHT)) {
    return { outcome: 'out-of-range', detail: `expected a percentage from 0 to 100, got ${percentage}` };
  }
  return {
    outcome: 'mapped',
    definition: {
      ...flag,
      on,
      fallthrough: { rollout: withShare(flag.fallthrough.rollout, weight, booleans) },
    },
  };
}

interface Booleans {
  /** The index of `true`. */
  readonly yes: number;
  readonly no: number;
}

const newFlag = (key: string): Flag => ({
  key,
  version: 1,
  on: false,
  variations: [true, false],
  offVariation: 1,
  fallthrough: { variation: 0 },
  salt: key,
});

function booleanVariations({ variations }: Flag): Booleans | undefined {
  const yes = variations.indexOf(true);
  const no = variations.indexOf(false);
  return variations.length === 2 && yes !== -1 && no !== -1 ? { yes, no } : undefined;
}

/** Thousandths of a percent; null: no rollout but `true` for all; undefined: something else, which a percentage would destroy. */
function shareOfTrue(
  { variation, rollout }: VariationOrRollout,
  { yes, no }: Booleans,
): number | null | undefined {
  // `variation` wins when both are there.
  if (variation !== undefined) return variation === yes ? null : variation === no ? 0 : undefined;
  if (rollout === undefined || rollout.kind === 'experiment') return undefined;
  const weights = { yes: 0, no: 0 };
  for (const { variation: index, weight } of rollout.variations) {
    if (index === yes) weights.yes += weight;
    else if (index === no) weights.no += weight;
    else return undefined;
  }
  return weights.yes + weights.no === WHOLE_WEIGHT ? weights.yes : undefined;
}

/** Seed, attribute and kind of an existing rollout stay, so that nobody's bucket moves with the fader. */
function withShare(rollout: Rollout | undefined, weight: number, { yes, no }: Booleans): Rollout {
  return {
    ...rollout,
    variations: [
      { variation: yes, weight },
      { variation: no, weight: WHOLE_WEIGHT - weight },
    ],
  };
}
