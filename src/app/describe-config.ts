import type { ConfigurationGroup } from '../http/dashboard/configuration/configuration.ts';
import { SERVER_LIMITS } from '../http/middleware/server-limits.ts';
import type { Config } from './config.ts';

const days = (count: number): string => (count === 1 ? '1 day' : `${count.toLocaleString('en')} days`);
const onOff = (value: boolean): string => (value ? 'on' : 'off');

/** The configuration for people who may see it: no key, no token, no password. */
export function describeConfig(config: Config): readonly ConfigurationGroup[] {
  const { databaseUrl, launchdarkly } = config;
  return [
    {
      title: 'The program',
      entries: [
        { name: 'Listens on', value: `${config.host}, port ${config.port}`, variable: 'HOST, PORT' },
        { name: 'Reached as', value: config.publicUrl ?? 'the same', variable: 'PUBLIC_URL' },
        {
          name: 'Database',
          value: databaseUrl === undefined ? 'SQLite, in the data folder' : withoutPassword(databaseUrl),
          variable: 'DATABASE_URL',
        },
        { name: 'Data folder', value: config.dataDir, variable: 'DATA_DIR' },
        {
          name: 'Flags of the site',
          value: launchdarkly === undefined ? 'from here' : 'from LaunchDarkly, as long as it answers',
          variable: 'LD_SDK_KEY',
        },
        { name: 'Log', value: config.logLevel, variable: 'LOG_LEVEL' },
        { name: 'Switches for a talk', value: onOff(config.demo), variable: 'DEMO' },
      ],
    },
    {
      title: 'Access',
      entries: [
        {
          name: 'Login',
          value: config.auth ? 'required' : 'none: every request is an administrator’s',
          variable: 'AUTH',
        },
        {
          name: 'Changes by REST must name their version',
          value: onOff(config.requireIfMatch),
          variable: 'REQUIRE_IF_MATCH',
        },
        { name: 'Proxies in front', value: String(config.trustedProxies), variable: 'TRUSTED_PROXIES' },
        {
          name: 'Private addresses that webhooks may reach',
          value: config.webhookTargets.join(', ') || 'none',
          variable: 'WEBHOOK_TARGETS',
        },
      ],
    },
    {
      title: 'How long things are kept',
      entries: [
        { name: 'Events', value: days(config.eventRetentionDays), variable: 'EVENT_RETENTION_DAYS' },
        {
          name: 'Events of metrics, at most',
          value: config.maxMetricEvents.toLocaleString('en'),
          variable: 'MAX_METRIC_EVENTS',
        },
        {
          name: 'Counts of evaluations',
          value: days(config.counterRetentionDays),
          variable: 'COUNTER_RETENTION_DAYS',
        },
        {
          name: 'Refusals of keys',
          value: days(config.refusalRetentionDays),
          variable: 'REFUSAL_RETENTION_DAYS',
        },
        {
          name: 'What happened to keys',
          value: days(config.keyEventRetentionDays),
          variable: 'KEY_EVENT_RETENTION_DAYS',
        },
        {
          name: 'Deliveries of webhooks',
          value: days(config.deliveryRetentionDays),
          variable: 'DELIVERY_RETENTION_DAYS',
        },
        {
          name: 'Audit log',
          value:
            config.auditRetentionDays === undefined
              ? 'for ever'
              : `${days(config.auditRetentionDays)}, then archived in the data folder`,
          variable: 'AUDIT_RETENTION_DAYS',
        },
      ],
    },
    {
      title: 'Limits',
      entries: [
        { name: 'Connections', value: SERVER_LIMITS.maxConnections.toLocaleString('en') },
        { name: 'Time for a whole request', value: `${SERVER_LIMITS.requestTimeout / 1_000} seconds` },
        { name: 'An import', value: '32 MB' },
      ],
    },
  ];
}

function withoutPassword(databaseUrl: string): string {
  const { hostname, port, pathname } = new URL(databaseUrl);
  return `PostgreSQL on ${hostname}${port === '' ? '' : `:${port}`}, ${pathname.slice(1)}`;
}
