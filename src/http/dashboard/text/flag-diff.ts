import type { Flag, FlagRule, VariationOrRollout } from '../../../evaluation/model.ts';
import { canonicalJson } from '../../../shared/canonical-json.ts';
import { clausesText } from './clause-text.ts';
import { servedBy, servedWhileOff, type ShownVariation } from './value-text.ts';
import { ruleTitle } from '../../../evaluation/rule-name.ts';

/** What changes from one definition of a flag to the next, a sentence each. Empty when nothing does. */
export function flagDiff(before: Flag, after: Flag): readonly string[] {
  return [
    ...(before.on === after.on ? [] : [after.on ? 'It is switched on.' : 'It is switched off.']),
    ...ruleChanges(before, after),
    ...changed(
      'The default rule serves',
      serves(before, before.fallthrough),
      serves(after, after.fallthrough),
    ),
    ...changed('While it is off, it serves', text([servedWhileOff(before)]), text([servedWhileOff(after)])),
    ...OTHER_PARTS.flatMap(([name, part]) =>
      canonicalJson(stated(before[part])) === canonicalJson(stated(after[part])) ? [] : [`${name} change.`],
    ),
  ];
}

/** An empty list says the same as none. */
const stated = (part: unknown): unknown => (Array.isArray(part) && part.length === 0 ? null : (part ?? null));

const OTHER_PARTS = [
  ['The variations', 'variations'],
  ['The targets', 'targets'],
  ['The context targets', 'contextTargets'],
  ['The prerequisites', 'prerequisites'],
  ['The client-side settings', 'clientSideAvailability'],
] as const;

function ruleChanges(before: Flag, after: Flag): readonly string[] {
  const [old, now] = [before.rules ?? [], after.rules ?? []];
  const removed = old.filter((rule) => !now.some((other) => isSame(rule, other)));
  const added = now.filter((rule) => !old.some((other) => isSame(rule, other)));
  return [
    ...removed.map((rule) => `${ruleTitle(old.indexOf(rule))} goes: ${ruleText(before, rule)}.`),
    ...added.map((rule) => `${ruleTitle(now.indexOf(rule))} is new: ${ruleText(after, rule)}.`),
    ...(orderOfShared(old, now) === orderOfShared(now, old) ? [] : ['The other rules are in a new order.']),
  ];
}

/** The rules that the others have as well, in their order. */
const orderOfShared = (rules: readonly FlagRule[], others: readonly FlagRule[]): string =>
  rules
    .filter((rule) => others.some((other) => isSame(rule, other)))
    .map((rule) => canonicalJson(rule))
    .join('\n');

const isSame = (a: FlagRule, b: FlagRule): boolean => canonicalJson(a) === canonicalJson(b);

const ruleText = (flag: Flag, rule: FlagRule): string =>
  `${rule.description === undefined ? '' : `“${rule.description}”: `}${clausesText(rule.clauses)} → ${serves(flag, rule)}`;

const changed = (subject: string, before: string, after: string): readonly string[] =>
  before === after ? [] : [`${subject} ${after} instead of ${before}.`];

const serves = (flag: Flag, rule: VariationOrRollout): string => text(servedBy(flag, rule));

const text = (served: readonly ShownVariation[]): string =>
  served.map(({ share, text: value }) => (share === undefined ? value : `${share} ${value}`)).join(', ') ||
  'nothing';
