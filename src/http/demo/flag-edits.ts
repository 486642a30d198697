import type { Flag, FlagRule } from '../../evaluation/model.ts';

const indexOf = ({ variations }: Flag, value: boolean): number => Math.max(0, variations.indexOf(value));

/** The top 10 for everybody: no rule, no target, no percentage. */
export const forNoListener = (flag: Flag): Flag => ({
  ...flag,
  on: true,
  rules: [],
  targets: [],
  contextTargets: [],
  fallthrough: { variation: indexOf(flag, false) },
});

/** The full list for those who have a value in an attribute, besides whom it has already. */
export function alsoFor(flag: Flag, id: string, attribute: string, value: string): Flag {
  const rule: FlagRule = {
    id,
    clauses: [{ contextKind: 'user', attribute, op: 'in', values: [value], negate: false }],
    variation: indexOf(flag, true),
    trackEvents: false,
  };
  return { ...flag, on: true, rules: [...(flag.rules ?? []).filter((each) => each.id !== id), rule] };
}

/** The full list for a share of those whom no rule matches. */
export function atPercent(flag: Flag, percent: number): Flag {
  const weight = percent * 1_000;
  return {
    ...flag,
    on: true,
    fallthrough: {
      rollout: {
        contextKind: 'user',
        variations: [
          { variation: indexOf(flag, true), weight },
          { variation: indexOf(flag, false), weight: 100_000 - weight },
        ],
      },
    },
  };
}

export const switched = (flag: Flag, on: boolean): Flag => ({ ...flag, on });

/** Whether the default rule gives everybody the full list. */
export const isForAll = ({ variations, fallthrough: { variation, rollout } }: Flag): boolean =>
  variation === undefined
    ? (rollout?.variations ?? []).every(
        ({ variation: index, weight }) => weight === 0 || variations[index] === true,
      )
    : variations[variation] === true;
