import type { AnalyticsEvent, ContextKey } from '../../../events/analytics-event.ts';
import type { LiveEvent } from '../../../events/event-sink.ts';
import { isoTime } from '../../../shared/iso-time.ts';
import type { FlagRecord } from '../../../store/store.ts';
import { queryOf } from '../../input/parse.ts';
import type { Visit } from '../dashboard-scope.ts';
import type { Link } from '../dashboard-views.ts';
import { flagTabs } from '../flag/flag-tabs.ts';
import { type Moment, momentOf } from '../text/moment.ts';
import { servedVariation, type ShownVariation, valueText } from '../text/value-text.ts';

/** Evaluations of a flag, and what its listeners did, as they come. */
export interface LivePage {
  readonly key: string;
  readonly tabs: readonly Link[];
  readonly action: string;
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  readonly q: string;
  readonly rows: readonly LiveRow[];
  /** Reported events that match, of which `rows` are the latest. */
  readonly total: number;
}

export interface LiveRow {
  readonly at: Moment;
  readonly who: string;
  /** `evaluated`, `play`. */
  readonly what: string;
  readonly served: Pick<ShownVariation, 'text' | 'colour'> | undefined;
  readonly detail: string;
}

const MAX_ROWS = 100;

/** @param now epoch milliseconds */
export function livePage(
  { req, scope }: Visit,
  record: FlagRecord,
  events: readonly LiveEvent[],
  now: number,
): LivePage {
  const { q = '' } = queryOf(req);
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = events
    .flatMap((event) => rowsOf(event, record, now))
    .filter(({ who, what, detail, served }) => {
      const text = `${who} ${what} ${detail} ${served?.text ?? ''}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  return {
    key: record.key,
    tabs: flagTabs(scope, record.key, 'live'),
    action: `/dashboard/flags/${encodeURIComponent(record.key)}/live`,
    hidden: scope.hiddenFields,
    q,
    rows: rows.slice(0, MAX_ROWS),
    total: rows.length,
  };
}

function rowsOf({ receivedAt, event }: LiveEvent, record: FlagRecord, now: number): readonly LiveRow[] {
  const at = momentOf(isoTime(receivedAt), now);
  switch (event.kind) {
    case 'feature':
    case 'debug': {
      const what = event.kind === 'debug' ? 'evaluated (debug)' : 'evaluated';
      return event.flagKey === record.key
        ? [
            {
              at,
              who: whoText(event.contextKeys),
              what,
              served: servedBy(event, record),
              detail: reasonOf(event),
            },
          ]
        : [];
    }
    case 'summary':
      return event.counters
        .filter(({ flagKey }) => flagKey === record.key)
        .map((counter) => ({
          at,
          who: 'an SDK',
          what: `evaluated ${counter.count.toLocaleString('en')} times`,
          served: servedBy(counter, record),
          detail: 'a summary',
        }));
    case 'custom':
    case 'click':
    case 'pageview': {
      const { metricValue } = event;
      const detail = metricValue === undefined ? '' : `value ${metricValue.toLocaleString('en')}`;
      return [{ at, who: whoText(event.contextKeys), what: event.eventKey, served: undefined, detail }];
    }
    case 'index':
    case 'identify':
    case 'migration_op':
      return [];
    default:
      return event satisfies never;
  }
}

const whoText = (keys: readonly ContextKey[]): string =>
  keys.map(({ kind, key }) => (kind === 'user' ? key : `${kind} ${key}`)).join(', ');

function servedBy(
  { variation, value }: { readonly variation?: number; readonly value: FeatureValue },
  { definition }: FlagRecord,
): LiveRow['served'] {
  return variation !== undefined && variation < definition.variations.length
    ? servedVariation(definition, variation)
    : { text: valueText(value), colour: 'control' };
}

type FeatureValue = Extract<AnalyticsEvent, { readonly kind: 'feature' | 'debug' }>['value'];

const reasonOf = ({ reason }: Extract<AnalyticsEvent, { readonly kind: 'feature' | 'debug' }>): string =>
  reason?.kind.toLowerCase().replaceAll('_', ' ') ?? '';
