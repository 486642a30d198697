import type { FlagRecord } from '../../../store/store.ts';
import { percentText } from '../flag/fader.ts';
import { flagShare } from '../flag/flag-share.ts';
import type { DashboardScope } from '../dashboard-scope.ts';
import { type Moment, momentOf } from '../text/moment.ts';
import { servedBy, servedWhileOff, type ShownVariation } from '../text/value-text.ts';
import { staleReason } from './flag-filter.ts';
import { sparkline, type Sparkline } from './sparkline.ts';

/** A flag in one line of the list. */
export interface FlagRow {
  readonly key: string;
  readonly href: string;
  readonly description: string | null;
  readonly tags: readonly { readonly name: string; readonly href: string }[];
  readonly on: boolean;
  /** What the default rule serves while the flag is on, else what everyone gets. */
  readonly share: { readonly percentage: number; readonly text: string } | undefined;
  readonly serves: readonly ShownVariation[];
  readonly rules: number;
  readonly sparkline: Sparkline | undefined;
  readonly changed: Moment;
  readonly stale: string | undefined;
}

export interface FlagRowOptions {
  readonly scope: DashboardScope;
  /** Evaluations per minute, oldest first. */
  readonly perMinute: readonly number[];
  /** Epoch milliseconds. */
  readonly now: number;
}

export function flagRow(record: FlagRecord, { scope, perMinute, now }: FlagRowOptions): FlagRow {
  const { key, description, tags, definition, updatedAt } = record;
  const share = flagShare(definition);
  return {
    key,
    href: scope.flagHref(key),
    description,
    tags: tags.map((name) => ({ name, href: scope.href('', { tag: name }) })),
    on: definition.on,
    share:
      definition.on && share.kind === 'share'
        ? { percentage: share.percentage, text: percentText(share.percentage) }
        : undefined,
    serves: definition.on ? servedBy(definition, definition.fallthrough) : [servedWhileOff(definition)],
    rules: (definition.rules ?? []).length,
    sparkline: sparkline(perMinute),
    changed: momentOf(updatedAt, now),
    stale: staleReason(record, now),
  };
}
