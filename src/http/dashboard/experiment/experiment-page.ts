import { ruleName } from '../../../evaluation/rule-name.ts';
import type { Experiment } from '../../../experiment/experiment.ts';
import type { Metric } from '../../../experiment/metrics/metric.ts';
import type { HistoryPoint } from '../../../experiment/result-history.ts';
import type { ExperimentResult } from '../../../experiment/result/experiment-result.ts';
import { isoTime } from '../../../shared/iso-time.ts';
import type { FlagRecord } from '../../../store/store.ts';
import type { DashboardScope } from '../dashboard-scope.ts';
import type { Link } from '../dashboard-views.ts';
import { flagTabs } from '../flag/flag-tabs.ts';
import { type Moment, momentOf } from '../text/moment.ts';
import { valueText } from '../text/value-text.ts';
import { type EffectChart, effectCharts } from './effect-chart.ts';
import type { ExperimentDraft } from './experiment-form.ts';
import { howLong } from './how-long.ts';
import { type IntervalChart, intervalChart } from './interval-chart.ts';

/** The experiments of a flag; the chosen one with what it says now. */
export interface ExperimentPage {
  readonly key: string;
  readonly tabs: readonly Link[];
  readonly others: readonly Link[];
  readonly shown: ShownExperiment | undefined;
  readonly action: string;
  readonly form: ExperimentDraft;
  readonly rules: readonly { readonly id: string; readonly text: string }[];
  readonly variations: readonly string[];
  readonly metrics: readonly { readonly key: string; readonly name: string }[];
}

export interface ShownExperiment {
  readonly name: string;
  readonly status: Experiment['status'];
  readonly started: Moment | undefined;
  readonly stopped: Moment | undefined;
  readonly sentence: string;
  readonly arms: readonly { readonly name: string; readonly units: number; readonly reporting: number }[];
  readonly excluded: number;
  readonly bots: number;
  readonly ratios: readonly {
    readonly name: string;
    readonly pValue: string;
    readonly isMismatch: boolean;
  }[];
  readonly chart: IntervalChart | undefined;
  /** The primary metric's first. */
  readonly overTime: readonly EffectChart[];
  /** How far it is, and how long it probably still takes. */
  readonly howLong: readonly string[];
  readonly lines: readonly {
    readonly metric: string;
    readonly isPrimary: boolean;
    readonly sentence: string;
  }[];
  readonly startAction: string;
  readonly stopAction: string;
  readonly csvHref: string;
}

export interface ExperimentPageParts {
  readonly all: readonly Experiment[];
  readonly shown:
    | {
        readonly experiment: Experiment;
        readonly result: ExperimentResult;
        readonly history: readonly HistoryPoint[];
      }
    | undefined;
  readonly metrics: readonly Metric[];
  readonly form: ExperimentDraft;
  /** Epoch milliseconds. */
  readonly now: number;
}

export function experimentPage(
  scope: DashboardScope,
  { key, definition }: FlagRecord,
  { all, shown, metrics, form, now }: ExperimentPageParts,
): ExperimentPage {
  return {
    key,
    tabs: flagTabs(scope, key, 'experiment'),
    others: all.map(({ id, design }) => ({
      name: design.name,
      href: scope.flagHref(key, '/experiment', { id }),
      current: id === shown?.experiment.id,
    })),
    shown: shown && shownExperiment(scope, key, shown, now),
    action: scope.flagHref(key, '/experiment'),
    form,
    rules: [
      { id: 'default', text: 'the default rule' },
      ...(definition.rules ?? []).flatMap(({ id }, index) =>
        id === undefined ? [] : [{ id, text: `${ruleName(index)} (${id})` }],
      ),
    ],
    variations: definition.variations.map(valueText),
    metrics: metrics.map((metric) => ({ key: metric.key, name: metric.name })),
  };
}

function shownExperiment(
  scope: DashboardScope,
  key: string,
  { experiment, result, history }: NonNullable<ExperimentPageParts['shown']>,
  now: number,
): ShownExperiment {
  const { id, design, status, startedAt, stoppedAt } = experiment;
  const path = `/experiment/${id}`;
  const moment = (at: number | null): Moment | undefined =>
    at === null ? undefined : momentOf(isoTime(at), now);
  return {
    name: design.name,
    status,
    started: moment(startedAt),
    stopped: moment(stoppedAt),
    sentence: status === 'draft' ? 'It counts nothing before it is started.' : result.sentence,
    arms: result.arms,
    excluded: result.excluded,
    bots: result.bots,
    ratios: [
      { name: 'Listeners by weight', ...result.sampleRatio },
      { name: 'Listeners who report', ...result.reportingRatio },
    ].map(({ name, pValue, isMismatch }) => ({ name, pValue: pValue.toPrecision(2), isMismatch })),
    chart: intervalChart(result),
    overTime: effectCharts(experiment, history, now),
    howLong: howLong(experiment, result),
    lines: result.metrics.map(({ metric, isPrimary, sentence }) => ({
      metric: metric.name,
      isPrimary,
      sentence,
    })),
    startAction: scope.flagHref(key, `${path}/start`),
    stopAction: scope.flagHref(key, `${path}/stop`),
    csvHref: scope.flagHref(key, `${path}/csv`),
  };
}
