import type { Flag } from '../../../evaluation/model.ts';
import type { GuardReadings } from '../../../release/guard/guard-reading.ts';
import { isOver, type ReleaseStateName } from '../../../release/machine/release-state.ts';
import type { Command } from '../../../release/machine/observation.ts';
import { showDuration } from '../../../release/plan/duration.ts';
import { showShare } from '../../../release/plan/share.ts';
import { readSplit } from '../../../release/plan/rule-split.ts';
import { DEFAULT_RULE } from '../../../release/plan/release-plan.ts';
import type { Template } from '../../../release/plan/templates.ts';
import { guardStatuses } from '../../../release/run/guard-status.ts';
import type { Decision, Release } from '../../../release/run/release.ts';
import type { FlagRecord } from '../../../store/store.ts';
import type { DashboardScope } from '../dashboard-scope.ts';
import type { Link } from '../dashboard-views.ts';
import { guardView, type GuardView, RELEASE_STATE_TEXTS, type ReleaseTone } from '../../html/release-text.ts';
import { flagTabs } from '../flag/flag-tabs.ts';
import { momentOf, type Moment } from '../text/moment.ts';
import { servedVariation, type ShownVariation } from '../text/value-text.ts';
import { releaseChart, type ReleaseChart } from './release-chart.ts';
import { usualVariations, type VariationField, variationFields } from './variation-fields.ts';

/** A release with everything that its page shows. */
export interface ShownRelease {
  readonly release: Release;
  readonly readings: GuardReadings;
  /** Oldest first. */
  readonly decisions: readonly Decision[];
}

export interface ReleasePage {
  readonly key: string;
  readonly tabs: readonly Link[];
  /** Undefined: the flag has had none. */
  readonly shown: ReleaseView | undefined;
  /** Undefined while a release is under way, and for flags whose default rule is no choice between two. */
  readonly form: StartForm | undefined;
  /** Why none can be started here; undefined where one can, or is under way. */
  readonly obstacle: string | undefined;
}

interface ReleaseView {
  readonly state: string;
  readonly tone: ReleaseTone;
  readonly isOver: boolean;
  /** This page. */
  readonly href: string;
  readonly sentence: string;
  readonly rule: string;
  readonly from: ShownVariation;
  readonly to: ShownVariation;
  readonly chart: ReleaseChart;
  readonly guards: readonly GuardView[];
  readonly stages: readonly { readonly text: string; readonly isCurrent: boolean }[];
  readonly buttons: readonly { readonly action: string; readonly text: string; readonly isDanger: boolean }[];
  /** Newest first. */
  readonly log: readonly { readonly number: number; readonly at: Moment; readonly sentence: string }[];
}

interface StartForm {
  readonly action: string;
  /** Where a plan of one's own is written. */
  readonly planHref: string;
  readonly templates: readonly {
    readonly name: string;
    readonly description: string;
    readonly checked: boolean;
    /** The plan, to change it or to look ahead with it. */
    readonly href: string;
  }[];
  readonly variations: readonly VariationField[];
}

/** Preselected, so that a release takes three clicks. */
const USUAL_TEMPLATE = 'standard';

export function releasePage(
  scope: DashboardScope,
  { key, definition }: FlagRecord,
  shown: ShownRelease | undefined,
  templates: readonly Template[],
  now: number,
): ReleasePage {
  const isUnderWay = shown !== undefined && !isOver(shown.release.state);
  const form = isUnderWay ? undefined : startForm(scope, definition, templates);
  return {
    key,
    tabs: flagTabs(scope, key, 'release'),
    shown: shown === undefined ? undefined : releaseView(scope, definition, shown, now),
    form,
    obstacle:
      isUnderWay || form !== undefined
        ? undefined
        : 'The default rule serves more than two variations, or an experiment runs on it. A release of a single rule is started by POST /releases.',
  };
}

function startForm(scope: DashboardScope, flag: Flag, templates: readonly Template[]): StartForm | undefined {
  const usual = usualVariations(flag);
  if (usual === undefined || readSplit(flag, { rule: DEFAULT_RULE, ...usual }).kind !== 'split')
    return undefined;
  return {
    action: scope.flagHref(flag.key, '/release'),
    planHref: scope.flagHref(flag.key, '/release/plan'),
    templates: templates.map(({ name, description }) => ({
      name,
      description,
      checked: name === USUAL_TEMPLATE,
      href: scope.flagHref(flag.key, '/release/plan', { template: name }),
    })),
    variations: variationFields(flag, usual),
  };
}

function releaseView(
  scope: DashboardScope,
  flag: Flag,
  { release, readings, decisions }: ShownRelease,
  now: number,
): ReleaseView {
  const { plan, state, id } = release;
  return {
    state: RELEASE_STATE_TEXTS[state.state].text,
    tone: RELEASE_STATE_TEXTS[state.state].tone,
    isOver: isOver(state),
    href: scope.flagHref(flag.key, '/release'),
    sentence: state.sentence,
    rule: plan.rule === DEFAULT_RULE ? 'the default rule' : `the rule ${plan.rule}`,
    from: servedVariation(flag, plan.from),
    to: servedVariation(flag, plan.to),
    chart: releaseChart(release, decisions, now),
    guards: guardStatuses(release, readings).map(guardView),
    stages: plan.stages.map(({ share, holdMs, needsApproval, kind }, index) => ({
      text: `${kind === 'holdback' ? 'holdback, ' : ''}${showShare(share)} for ${showDuration(holdMs)}${needsApproval ? ', once approved' : ''}`,
      isCurrent: index === state.stage && !isOver(state),
    })),
    buttons: COMMANDS_IN[state.state].map((kind) => ({
      action: scope.flagHref(flag.key, `/release/${encodeURIComponent(id)}/${kind}`),
      text: BUTTON_TEXTS[kind],
      isDanger: kind === 'rollback',
    })),
    log: decisions
      .map(({ number, at, sentence }) => ({
        number,
        at: momentOf(new Date(at).toISOString(), now),
        sentence,
      }))
      .toReversed(),
  };
}

const COMMANDS_IN: Readonly<Record<ReleaseStateName, readonly Command['kind'][]>> = {
  scheduled: ['start', 'stop'],
  running: ['pause', 'advance', 'stop', 'rollback'],
  holding: ['pause', 'advance', 'stop', 'rollback'],
  'awaiting-approval': ['approve', 'pause', 'stop', 'rollback'],
  paused: ['resume', 'stop', 'rollback'],
  'rolled-back': [],
  completed: ['rollback'],
  inconclusive: [],
  stopped: ['rollback'],
};

const BUTTON_TEXTS: Readonly<Record<Command['kind'], string>> = {
  start: 'Start now',
  pause: 'Pause',
  resume: 'Resume',
  advance: 'Next stage now',
  approve: 'Approve the next stage',
  rollback: 'Roll back',
  stop: 'Stop here',
};
