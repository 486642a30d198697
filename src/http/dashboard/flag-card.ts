import type { FlagRecord, Snapshot } from '../../store/store.ts';
import { PLAYLIST_FLAG } from '../html/playlist-flag.ts';
import type { ChangeLine } from './change-line.ts';
import type { Level } from './evaluation-meter.ts';
import { faderPosition, MARKS, percentText } from './fader.ts';
import { flagShare } from './flag-share.ts';
import { type NamedUsers, type WhoLine, whoGetsWhat } from './text/who-gets-what.ts';
import { type Colour, offServing, servingOf, type Serving } from './text/value-words.ts';

/** A flag as a channel of the mixer. */
export interface FlagStrip {
  /** Begins every id of its parts. */
  readonly id: string;
  readonly key: string;
  readonly href: string;
  readonly description: string | null;
  readonly isSites: boolean;
  readonly on: boolean;
  readonly version: number;
  /** Where its forms post to. */
  readonly action: string;
  /** The page that they lead back to. */
  readonly back: 'desk' | 'flag';
  /** One of many: smaller, with its rules folded away. */
  readonly compact: boolean;
  readonly mayChange: boolean;
  readonly off: Serving;
  readonly fader: Fader;
  readonly levels: readonly LevelMeter[];
  readonly who: {
    readonly before: readonly WhoLine[];
    readonly named: readonly NamedUsers[];
    readonly after: readonly WhoLine[];
  };
  /** To name a user for. */
  readonly variations: readonly { readonly index: number; readonly text: string }[];
  /** What not every reader of this flag will see as it stands here. */
  readonly note: string | undefined;
  readonly last: ChangeLine | undefined;
}

export type Fader =
  | {
      readonly kind: 'share';
      readonly percentage: number;
      readonly text: string;
      /** 0–100 % of the fader's length. */
      readonly position: number;
      readonly marks: readonly { readonly percentage: number; readonly current: boolean }[];
      readonly to: string;
      readonly rest: string;
    }
  | { readonly kind: 'other'; readonly detail: string; readonly serves: readonly Serving[] };

export interface LevelMeter {
  readonly variation: number | null;
  readonly text: string;
  readonly colour: Colour;
  readonly count: number;
  /** 0–100: of all that were counted. */
  readonly share: number;
  readonly shareText: string;
  /** The share in whole lamps of the meter, 0–100. */
  readonly lit: number;
}

export interface FlagStripOptions {
  readonly snapshot: Snapshot;
  readonly levels: readonly Level[];
  readonly last: ChangeLine | undefined;
  readonly mayChange: boolean;
  readonly back: 'desk' | 'flag';
  readonly compact: boolean;
  readonly href: string;
  readonly action: string;
}

const LAMPS = 24;
const MOST_USERS = { desk: 6, flag: 200 } as const;

export function flagStrip(record: FlagRecord, options: FlagStripOptions): FlagStrip {
  const { definition, key } = record;
  const { snapshot, back } = options;
  return {
    id: `f-${key}`,
    key,
    href: options.href,
    description: record.description,
    isSites: key === PLAYLIST_FLAG,
    on: definition.on,
    version: record.version,
    action: options.action,
    back,
    compact: options.compact,
    mayChange: options.mayChange,
    off: offServing(definition),
    fader: faderOf(record),
    levels: levelMeters(record, options.levels),
    who: whoGetsWhat(definition, (other) => snapshot.flags.get(other)?.definition, MOST_USERS[back]),
    variations: definition.variations.map((_, index) => ({ index, text: servingOf(definition, index).text })),
    note:
      definition.bucketing === undefined
        ? undefined
        : `Shares are dealt out by ${definition.bucketing}, which LaunchDarkly’s SDKs do not know: they are not sent this flag.`,
    last: options.last,
  };
}

function faderOf({ definition }: FlagRecord): Fader {
  const share = flagShare(definition);
  if (share.kind === 'other') {
    const after = whoGetsWhat(definition, () => undefined, 0).after;
    return { kind: 'other', detail: share.detail, serves: after.at(-1)?.serves ?? [] };
  }
  const { percentage } = share;
  return {
    kind: 'share',
    percentage,
    text: percentText(percentage),
    position: faderPosition(percentage),
    marks: MARKS.map((mark) => ({ percentage: mark, current: mark === percentage })),
    to: 'true',
    rest: 'false',
  };
}

/** One meter for each variation, old before new, whether or not it was served; two for most flags. */
export function levelMeters({ definition }: FlagRecord, levels: readonly Level[]): readonly LevelMeter[] {
  const countOf = (variation: number | null): number =>
    levels.find((level) => level.variation === variation)?.count ?? 0;
  const total = levels.reduce((sum, { count }) => sum + count, 0);
  const meter = (variation: number | null, text: string, colour: Colour): LevelMeter => {
    const count = countOf(variation);
    const share = total === 0 ? 0 : (count / total) * 100;
    return {
      variation,
      text,
      colour,
      count,
      share,
      shareText: total === 0 ? '–' : percentText(Math.round(share)),
      lit: (Math.ceil((share / 100) * LAMPS) / LAMPS) * 100,
    };
  };
  const meters = definition.variations.map((_, index) => {
    const { text, colour } = servingOf(definition, index);
    return meter(index, text, colour);
  });
  return [
    ...meters.toSorted((a, b) => Number(b.colour === 'treatment') - Number(a.colour === 'treatment')),
    ...(countOf(null) > 0 ? [meter(null, 'the caller’s default', 'control')] : []),
  ];
}
