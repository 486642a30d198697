import type { SeenContext } from '../../flags/seen-contexts.ts';
import type { EventSink } from '../../events/event-sink.ts';
import type { Experiments } from '../../experiment/experiments.ts';
import type { MetricDefinitions } from '../../experiment/metrics/metric-definitions.ts';
import type { Faults } from '../../demo/faults.ts';
import type { FlagClientStatus } from '../../flags/flag-client.ts';
import type { Keys } from '../../access/keys.ts';
import type { Notifier } from '../../webhooks/notifier.ts';
import type { ReleaseServices } from '../../release/run/release-services.ts';
import type { Schedules } from '../../release/schedules.ts';
import type { Settings } from '../../access/settings.ts';
import type { Logger } from '../../shared/logger.ts';
import type { Store } from '../../store/store.ts';
import type { Csrf } from '../auth/csrf.ts';
import type { Identity } from '../auth/identity.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { Assets } from '../html/assets.ts';
import type { RateLimits } from '../middleware/rate-limits.ts';
import type { StreamHub } from '../sse/stream-hub.ts';
import type { EvaluationCount } from './meters/evaluation-counts.ts';
import type { LaunchDarklyFlags } from './launchdarkly/launchdarkly-flags.ts';
import type { ConfigurationGroup } from './configuration/configuration.ts';
import type { Transfer } from './transfer/transfer.ts';
import type { PageCount } from './meters/page-counts.ts';

export interface DashboardDeps {
  readonly store: Pick<
    Store,
    | 'snapshot'
    | 'change'
    | 'update'
    | 'undo'
    | 'audit'
    | 'subscribe'
    | 'projects'
    | 'verifyAudit'
    | 'createEnvironment'
  >;
  readonly keys: Pick<Keys, 'list' | 'get' | 'create' | 'rotate' | 'revoke'>;
  readonly notifier: Pick<Notifier, 'webhooks' | 'deliveries' | 'runner' | 'checkTarget'>;
  readonly releases: Pick<
    ReleaseServices,
    'releases' | 'engine' | 'templates' | 'prepare' | 'wake' | 'metrics' | 'forecaster'
  >;
  readonly transfer: Transfer;
  readonly configuration: readonly ConfigurationGroup[];
  readonly schedules: Pick<Schedules, 'create' | 'list' | 'cancel'>;
  readonly settings: Pick<Settings, 'environment' | 'changeEnvironment'>;
  /** False when AUTH=off: every request is an administrator's. */
  readonly auth: boolean;
  readonly identity: Pick<Identity, 'requireRole'>;
  readonly sessions: Sessions;
  readonly csrf: Csrf;
  readonly limits: Pick<RateLimits, 'failedLogins'>;
  readonly assets: Assets;
  /** Carries the dashboard's streams; its owner closes it. */
  readonly streams: StreamHub;
  /** The contexts that were seen lately in the default environment, latest first. */
  readonly contexts: () => readonly SeenContext[];
  readonly experiments: Pick<Experiments, 'create' | 'list' | 'get' | 'start' | 'stop' | 'read' | 'history'>;
  readonly metricDefinitions: Pick<MetricDefinitions, 'list'>;
  /** What SDKs and the site report, as it comes. */
  readonly liveEvents: EventSink['live'];
  /** How often each variation was served: counters that only rise. */
  readonly counts: () => readonly EvaluationCount[];
  /** How the site's pages went since the last change of its flag. */
  readonly pages: () => readonly PageCount[];
  /** Where the site's flags come from. */
  readonly flagStatus: () => FlagClientStatus;
  readonly launchdarkly: LaunchDarklyFlags;
  /** What a demo breaks on purpose. Default: nothing. */
  readonly faults?: () => Faults;
  /** So many bytes that cannot be guessed. */
  readonly random: (bytes: number) => Buffer;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: Logger;
  /** How often the level meters are sampled and sent. Default 1 s. */
  readonly meterMs?: number;
}
