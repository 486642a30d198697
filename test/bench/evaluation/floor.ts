import { createHash } from 'node:crypto';
import { Sha1Prefix } from '../../../src/evaluation/hash/sha1.ts';
import { loaded, type Engine } from './engine.ts';
import {
  LISTENERS,
  MISSED_RULES,
  clauseCountries,
  flagKeys,
  missedRule,
  rolloutPercent,
  segmentCountries,
  segmentNumber,
  segmentNumbers,
  targetKeys,
  type Listener,
  type Scenario,
} from './scenarios.ts';

/**
 * What a person would write for these flags alone: closures by hand, answers made once and frozen, the
 * same SHA-1, no model. It marks what is possible; it could not serve any other flag.
 */
interface Answer {
  readonly value: boolean;
  readonly variationIndex: number;
  readonly reason: object;
}
type ListenerContext = Listener & { readonly kind: string };
type Compiled = (listener: Listener) => Answer;

const evaluation = (value: boolean, reason: object): Answer =>
  Object.freeze({ value, variationIndex: value ? 0 : 1, reason: Object.freeze(reason) });

// One getter an attribute, so that each has its own inline cache.
const countryOf = (listener: Listener): string => listener.country;
const planOf = (listener: Listener): string => listener.plan;

const segments = segmentNumbers().map((number) => new Set<string>(segmentCountries(number)));
const off = evaluation(false, { kind: 'OFF' });
const [on, fallthrough] = [
  evaluation(true, { kind: 'FALLTHROUGH' }),
  evaluation(false, { kind: 'FALLTHROUGH' }),
];
const targeted = evaluation(true, { kind: 'TARGET_MATCH' });

function compile(scenario: Scenario, key: string, flag: number): Compiled {
  const matched = evaluation(true, { kind: 'RULE_MATCH', ruleIndex: 0, ruleId: `rule-${flag}-0` });
  switch (scenario) {
    case 'off':
      return () => off;
    case 'on':
      return () => on;
    case '10 targets': {
      const targets = new Map(targetKeys(flag).map((target) => [target, targeted]));
      return (listener) => targets.get(listener.key) ?? fallthrough;
    }
    case 'clause': {
      const [first, second] = clauseCountries(flag);
      return (listener) => {
        const country = countryOf(listener);
        return country === first || country === second ? matched : fallthrough;
      };
    }
    case 'segment': {
      const segment = segments[segmentNumber(flag)]!;
      return (listener) => (segment.has(countryOf(listener)) ? matched : fallthrough);
    }
    case '5 rules missed': {
      const rules = Array.from({ length: MISSED_RULES }, (_, index) => {
        const { countries, plan } = missedRule(flag, index);
        const [first, second, third] = countries;
        return (listener: Listener): boolean => {
          const country = countryOf(listener);
          return country !== first && country !== second && country !== third && planOf(listener) === plan;
        };
      });
      return (listener) => {
        for (const rule of rules) if (rule(listener)) return matched;
        return fallthrough;
      };
    }
    case 'rollout': {
      const prefix = new Sha1Prefix(`${key}.salt-${key}.`);
      const threshold = rolloutPercent(flag) / 100;
      return (listener) => (bucketOf(prefix, listener.key) < threshold ? on : fallthrough);
    }
  }
}

const unknownFlag = evaluation(false, { kind: 'ERROR', errorKind: 'FLAG_NOT_FOUND' });
const noListener = evaluation(false, { kind: 'ERROR', errorKind: 'USER_NOT_SPECIFIED' });

/** Reads the context in place, and looks only at what every evaluation must look at. */
function evaluateOne(flags: ReadonlyMap<string, Compiled>, key: string, context: ListenerContext): Answer {
  const flag = flags.get(key);
  if (flag === undefined) return unknownFlag;
  if (context.kind !== 'user' || typeof context.key !== 'string' || context.key === '') return noListener;
  return flag(context);
}

export const floor: Engine = {
  name: 'floor',
  load: (scenario, count) => {
    const keys = flagKeys(count);
    const flags = new Map(keys.map((key, flag) => [key, compile(scenario, key, flag)]));
    return loaded<ListenerContext, Answer>(count, {
      contextOf: ({ key, country, plan, email }) => ({ kind: 'user', key, country, plan, email }),
      evaluate: (key, context) => evaluateOne(flags, key, context),
      isTrue: ({ value }) => value,
      evaluateAll: (context) => {
        const state: { [key: string]: Answer } = {};
        for (const key of keys) state[key] = evaluateOne(flags, key, context);
        return Object.keys(state).length;
      },
    });
  },
};

/** The first 60 bits, as a share of all that 60 bits can say. */
function bucketOf(prefix: Sha1Prefix, key: string): number {
  const hash = prefix.hash(key);
  return ((hash[0]! >>> 0) * 2 ** 28 + (hash[1]! >>> 4)) / 2 ** 60;
}

/** The floor's buckets must be SHA-1's, or its figures mean nothing. */
export function checkFloorHash(): void {
  const prefix = 'flag-1.salt-flag-1.';
  const hashed = new Sha1Prefix(prefix);
  for (const { key } of LISTENERS) {
    const digits = createHash('sha1').update(`${prefix}${key}`).digest('hex').slice(0, 15);
    if (bucketOf(hashed, key) !== Number.parseInt(digits, 16) / 2 ** 60) {
      throw new Error(`the floor's SHA-1 is wrong for ${prefix}${key}`);
    }
  }
}
