import type { Flag, Prerequisite } from '../../../evaluation/model.ts';
import { clausesText, listText } from './clause-words.ts';
import { offServing, servingOf, servingsOf, valueText, type Serving } from './value-words.ts';

/** One step of the way that an evaluation goes: who is meant, and what they get. */
export interface WhoLine {
  readonly who: string;
  readonly serves: readonly Serving[];
}

/** The users that a flag names, by what they are served; the only targets a strip can change. */
export interface NamedUsers {
  readonly variation: number;
  readonly serving: Serving;
  readonly users: readonly string[];
  /** How many are named beyond those listed. */
  readonly more: number;
}

export interface WhoGetsWhat {
  /** Asked before everything else. */
  readonly before: readonly WhoLine[];
  readonly named: readonly NamedUsers[];
  /** Asked after the named users, ending with everyone else. */
  readonly after: readonly WhoLine[];
}

/**
 * @param flagOf other flags of the environment, for the words of prerequisites
 * @param mostUsers how many named users of a variation are listed
 */
export function whoGetsWhat(
  flag: Flag,
  flagOf: (key: string) => Flag | undefined,
  mostUsers: number,
): WhoGetsWhat {
  return {
    before: (flag.prerequisites ?? []).map((prerequisite) => ({
      who: `Everyone for whom ${prerequisiteText(prerequisite, flagOf)}`,
      serves: [offServing(flag)],
    })),
    named: (flag.targets ?? [])
      .filter(({ values }) => values.length > 0)
      .map(({ variation, values }) => ({
        variation,
        serving: servingOf(flag, variation),
        users: values.slice(0, mostUsers),
        more: Math.max(0, values.length - mostUsers),
      })),
    after: [
      ...(flag.contextTargets ?? [])
        .filter(({ values }) => values.length > 0)
        .map(({ contextKind = 'user', variation, values }) => ({
          who: `The ${contextKind} ${listText(values)}`,
          serves: [servingOf(flag, variation)],
        })),
      ...(flag.rules ?? []).map((rule) => ({
        who: clausesText(rule.clauses),
        serves: servingsOf(flag, rule),
      })),
      { who: 'Everyone else', serves: servingsOf(flag, flag.fallthrough) },
    ],
  };
}

function prerequisiteText(
  { key, variation }: Prerequisite,
  flagOf: (key: string) => Flag | undefined,
): string {
  const other = flagOf(key);
  return other === undefined
    ? `${key}, which does not exist, is not met`
    : `${key} does not serve ${valueText(other.variations[variation])}`;
}
