import type { Flag } from '../../../evaluation/model.ts';
import { canonicalJson } from '../../../shared/canonical-json.ts';
import type { AuditEntry, FlagRecord, ItemRecord } from '../../../store/store.ts';
import { percentText } from '../flag/fader.ts';
import { flagShare } from '../flag/flag-share.ts';
import { type ClientSide, clientSideOf } from './client-side-text.ts';
import { listText } from './clause-text.ts';
import { valueText } from './value-text.ts';

/** The comment that marks a change as made by the kill switch. */
export const KILL_SWITCH = 'kill switch';

const ITEMS = { flag: 'the flag', segment: 'the segment' } as const;

const CLIENT_SIDE: Readonly<Record<ClientSide, string>> = {
  both: 'browser and mobile SDKs as well',
  browser: 'browser SDKs but not mobile ones',
  mobile: 'mobile SDKs but not browser ones',
  none: 'server-side SDKs only',
};

/** The rest of a sentence that begins with the author: `turned it on`. */
export function changeText({ action, kind, before, after, author, undoes }: AuditEntry): string {
  const text = actionText();
  return undoes === null ? text : `undid change ${undoes}: ${text}`;

  function actionText(): string {
    switch (action) {
      case 'create':
        return `created ${ITEMS[kind]}`;
      case 'delete':
        return `deleted ${ITEMS[kind]}`;
      case 'update':
        return author.comment === KILL_SWITCH ? 'used the kill switch' : updateText(before, after);
      default:
        return action satisfies never;
    }
  }
}

function updateText(before: ItemRecord | null, after: ItemRecord | null): string {
  if (before?.kind === 'flag' && after?.kind === 'flag') {
    const parts = flagChanges(before, after);
    return parts.length === 0 ? 'changed the definition' : parts.join(', ');
  }
  return 'changed the segment';
}

function flagChanges(before: FlagRecord, after: FlagRecord): readonly string[] {
  const [old, now] = [before.definition, after.definition];
  const named: readonly (readonly [differs: boolean, text: () => string])[] = [
    [old.on !== now.on, () => (now.on ? 'turned it on' : 'turned it off')],
    [differ(old.fallthrough, now.fallthrough), () => shareText(old, now)],
    [differ(old.targets ?? [], now.targets ?? []), () => targetsText(old, now)],
    [differ(old.contextTargets ?? [], now.contextTargets ?? []), () => 'changed the context targets'],
    [differ(old.rules ?? [], now.rules ?? []), () => 'changed the rules'],
    [differ(old.prerequisites ?? [], now.prerequisites ?? []), () => 'changed the prerequisites'],
    [differ(old.variations, now.variations), () => 'changed the variations'],
    [old.offVariation !== now.offVariation, () => 'changed what is served while off'],
    [clientSideOf(old) !== clientSideOf(now), () => `changed who sees it: ${CLIENT_SIDE[clientSideOf(now)]}`],
    [before.description !== after.description, () => 'changed the description'],
    [differ(before.tags, after.tags), () => 'changed the tags'],
  ];
  return named.filter(([differs]) => differs).map(([, text]) => text());
}

function shareText(old: Flag, now: Flag): string {
  const [from, to] = [flagShare(old), flagShare(now)];
  return from.kind === 'share' && to.kind === 'share'
    ? `changed the rollout from ${percentText(from.percentage)} to ${percentText(to.percentage)}`
    : 'changed the default rule';
}

function targetsText(old: Flag, now: Flag): string {
  const [before, after] = [usersOf(old), usersOf(now)];
  const added = [...after].filter(([user, variation]) => before.get(user) !== variation);
  const removed = [...before.keys()].filter((user) => !after.has(user));
  const [[, variation] = [undefined, undefined]] = added;
  const alike = variation !== undefined && added.every(([, other]) => other === variation);
  return [
    ...(alike
      ? [
          `targeted ${listText(
            added.map(([user]) => user),
            3,
          )} with ${valueText(now.variations[variation])}`,
        ]
      : []),
    ...(removed.length > 0 ? [`no longer targets ${listText(removed, 3)}`] : []),
    ...(!alike && removed.length === 0 ? ['changed the targets'] : []),
  ].join(', ');
}

const usersOf = (flag: Flag): ReadonlyMap<string, number> =>
  new Map((flag.targets ?? []).flatMap(({ variation, values }) => values.map((user) => [user, variation])));

const differ = (a: unknown, b: unknown): boolean => canonicalJson(a) !== canonicalJson(b);
