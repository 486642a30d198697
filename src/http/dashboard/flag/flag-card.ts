import type { FlagRecord, Snapshot } from '../../../store/store.ts';
import type { SeenContext } from '../../../flags/seen-contexts.ts';
import type { ChangeLine } from '../audit/change-line.ts';
import { isLaunchDarkly, type Visit } from '../dashboard-scope.ts';
import { type ListenerMeters, listenerMeters } from '../meters/listener-meters.ts';
import { isSiteFlag, type PageCount, SLOW_MS } from '../meters/page-counts.ts';
import { servedVariation, servedWhileOff, type ShownVariation } from '../text/value-text.ts';
import { type WhoGetsWhat, whoGetsWhat } from '../text/who-gets-what.ts';
import { faderPosition, MARKS, percentText } from './fader.ts';
import type { ListenerLookup } from './listener-lookup.ts';
import { flagShare } from './flag-share.ts';

/** A flag with its controls: switch, fader, level meters, targets, kill switch. */
export interface FlagCard {
  /** Begins the id of each of its parts. */
  readonly id: string;
  readonly key: string;
  readonly href: string;
  readonly description: string | null;
  readonly decidesTheSite: boolean;
  /** Only LaunchDarkly can change it. */
  readonly isLaunchDarkly: boolean;
  readonly on: boolean;
  readonly version: number;
  /** Where its forms post to. */
  readonly action: string;
  /** The page that they lead back to. */
  readonly back: 'flags' | 'flag';
  /** One of many on a page: smaller, with its rules folded away. */
  readonly compact: boolean;
  readonly mayChange: boolean;
  readonly pinned: boolean;
  readonly pinAction: string;
  readonly off: ShownVariation;
  readonly fader: Fader;
  readonly meters: ListenerMeters;
  /** Of the flag that decides the site; empty for every other. */
  readonly pages: readonly PageCount[];
  /** Milliseconds from which a page counts as slow. */
  readonly slowMs: number;
  readonly who: WhoGetsWhat;
  /** What a user can be targeted with. */
  readonly variations: readonly { readonly index: number; readonly text: string }[];
  /** A way in which programs see this flag differently. */
  readonly note: string | undefined;
  readonly last: ChangeLine | undefined;
  /** Undefined where listeners cannot be looked up. */
  readonly lookup:
    | (ListenerLookup & { readonly hidden: readonly { readonly name: string; readonly value: string }[] })
    | undefined;
}

export type Fader =
  | {
      readonly kind: 'share';
      readonly percentage: number;
      readonly text: string;
      /** 0–100 % of the fader's length. */
      readonly position: number;
      readonly marks: readonly { readonly percentage: number; readonly current: boolean }[];
    }
  | { readonly kind: 'other'; readonly detail: string; readonly serves: readonly ShownVariation[] };

export interface FlagCardOptions extends Pick<
  FlagCard,
  'href' | 'action' | 'back' | 'compact' | 'mayChange' | 'pinned' | 'pinAction' | 'last' | 'lookup'
> {
  readonly snapshot: Snapshot;
  /** Seen lately, in this environment. */
  readonly contexts: readonly SeenContext[];
  /** How the site's pages went. */
  readonly pages: readonly PageCount[];
}

/** The card of a flag on a page. */
export type FlagCards = (
  visit: Visit,
  record: FlagRecord,
  layout: Pick<FlagCard, 'back' | 'compact'>,
) => Promise<FlagCard>;

const MAX_USERS = { flags: 6, flag: 200 } as const;

export function flagCard(
  record: FlagRecord,
  { snapshot, contexts, pages, ...given }: FlagCardOptions,
): FlagCard {
  const { definition, key, description, version } = record;
  const decidesTheSite = isSiteFlag(snapshot.environment, key);
  return {
    ...given,
    id: `f-${key}`,
    key,
    description,
    decidesTheSite,
    isLaunchDarkly: isLaunchDarkly(snapshot.environment),
    on: definition.on,
    version,
    off: servedWhileOff(definition),
    fader: faderOf(record),
    meters: listenerMeters(record, snapshot, contexts),
    pages: decidesTheSite ? pages : [],
    slowMs: SLOW_MS,
    who: whoGetsWhat(definition, (other) => snapshot.flags.get(other)?.definition, MAX_USERS[given.back]),
    variations: definition.variations.map((_, index) => ({
      index,
      text: servedVariation(definition, index).text,
    })),
    note:
      definition.bucketing === undefined
        ? undefined
        : `Its percentage is bucketed by ${definition.bucketing}, which LaunchDarkly’s SDKs do not know: they do not receive this flag.`,
  };
}

function faderOf({ definition }: FlagRecord): Fader {
  const share = flagShare(definition);
  if (share.kind === 'other') {
    const { after } = whoGetsWhat(definition, () => undefined, 0);
    return { kind: 'other', detail: share.detail, serves: after.at(-1)?.serves ?? [] };
  }
  const { percentage } = share;
  return {
    kind: 'share',
    percentage,
    text: percentText(percentage),
    position: faderPosition(percentage),
    marks: MARKS.map((mark) => ({ percentage: mark, current: mark === percentage })),
  };
}
