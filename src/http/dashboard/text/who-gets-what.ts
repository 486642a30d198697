import type { Flag, FlagRule, Prerequisite } from '../../../evaluation/model.ts';
import { clausesText, listText } from './clause-text.ts';
import { servedWhileOff, servedVariation, servedBy, valueText, type ShownVariation } from './value-text.ts';

/** One step of an evaluation: whom it concerns, and what they get. */
export interface WhoLine {
  /** Names the step, so that listeners can be counted by it. */
  readonly id: string;
  readonly who: string;
  readonly serves: readonly ShownVariation[];
}

/** The users that a flag targets individually with one variation; a flag card can add and remove them. */
export interface TargetedUsers {
  readonly id: string;
  readonly variation: number;
  readonly served: ShownVariation;
  readonly users: readonly string[];
  /** How many more there are than those listed. */
  readonly more: number;
}

export interface WhoGetsWhat {
  /** Checked first: prerequisites. */
  readonly before: readonly WhoLine[];
  readonly targeted: readonly TargetedUsers[];
  /** Checked after the targeted users; ends with the default rule. */
  readonly after: readonly WhoLine[];
}

/**
 * The steps of an evaluation in their order.
 * @param definitionOf the definition of another flag, for prerequisites
 * @param maxUsers how many targeted users of a variation are listed
 */
export function whoGetsWhat(
  flag: Flag,
  definitionOf: (key: string) => Flag | undefined,
  maxUsers: number,
): WhoGetsWhat {
  return {
    before: (flag.prerequisites ?? []).map((prerequisite) => ({
      id: `prerequisite-${prerequisite.key}`,
      who: `Everyone for whom ${prerequisiteText(prerequisite, definitionOf)}`,
      serves: [servedWhileOff(flag)],
    })),
    targeted: (flag.targets ?? [])
      .filter(({ values }) => values.length > 0)
      .map(({ variation, values }) => ({
        id: `target-${variation}`,
        variation,
        served: servedVariation(flag, variation),
        users: values.slice(0, maxUsers),
        more: Math.max(0, values.length - maxUsers),
      })),
    after: [
      ...(flag.contextTargets ?? [])
        .filter(({ values }) => values.length > 0)
        .map(({ contextKind = 'user', variation, values }) => ({
          id: `context-target-${variation}`,
          who: `The ${contextKind} ${listText(values)}`,
          serves: [servedVariation(flag, variation)],
        })),
      ...(flag.rules ?? []).map((rule, index) => ({
        id: `rule-${index}`,
        who: describedClauses(rule),
        serves: servedBy(flag, rule),
      })),
      { id: 'default', who: 'Everyone else', serves: servedBy(flag, flag.fallthrough) },
    ],
  };
}

const describedClauses = ({ clauses, description }: FlagRule): string =>
  description === undefined ? clausesText(clauses) : `${clausesText(clauses)} (${description})`;

function prerequisiteText(
  { key, variation }: Prerequisite,
  definitionOf: (key: string) => Flag | undefined,
): string {
  const other = definitionOf(key);
  return other === undefined
    ? `${key}, which does not exist, is not met`
    : `${key} does not serve ${valueText(other.variations[variation])}`;
}
