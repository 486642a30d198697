import { join, resolve } from 'node:path';
import { z } from 'zod';

/** The environment is not usable; the message is one line that names each variable, and never a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

const wholeNumber = (min: number, max: number) => {
  const expected = `expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,12}$/, expected)
    .transform(Number)
    .refine((value) => value >= min && value <= max, expected);
};

const onOff = z.enum(['on', 'off'], 'expected on or off').transform((value) => value === 'on');

const httpUri = z
  .string()
  .refine(
    (value) => ['http:', 'https:'].includes(protocolOf(value)),
    'expected an http:// or https:// address',
  );

const secret = z
  .string()
  .regex(/^[\x21-\x7e]{32,512}$/, 'expected 32 to 512 printable characters without blanks');

const environment = z.object({
  PORT: wholeNumber(0, 65_535).default(3000),
  HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:-]{1,255}$/, 'expected a host name or an address')
    .default('127.0.0.1'),
  DATA_DIR: z.string().min(1).optional(),
  DATABASE_URL: z
    .string()
    .refine((value) => ['postgres:', 'postgresql:'].includes(protocolOf(value)), 'expected postgres://…')
    .optional(),
  DATABASE_CONNECTIONS: wholeNumber(2, 100).default(8),
  LD_SDK_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{1,512}$/, 'expected an SDK key without blanks')
    .optional(),
  LD_BASE_URI: httpUri.optional(),
  LD_STREAM_URI: httpUri.optional(),
  LD_EVENTS_URI: httpUri.optional(),
  ADMIN_TOKEN: secret.optional(),
  SDK_KEY: secret.optional(),
  CLIENT_SIDE_ID: z
    .string()
    .regex(/^[A-Za-z0-9_-]{8,128}$/, 'expected 8 to 128 letters, digits, - or _')
    .optional(),
  MOBILE_KEY: secret.optional(),
  AUTH: onOff.default(true),
  REQUIRE_IF_MATCH: onOff.default(false),
  DEMO_IDENTITY: onOff.default(true),
  DEMO: onOff.optional(),
  TRUSTED_PROXIES: z.string().regex(/^\d$/, 'expected a number from 0 to 9').transform(Number).default(0),
  SHUTDOWN_DELAY: wholeNumber(0, 300).optional(),
  LOGIN_LINK: onOff.optional(),
  WEBHOOK_TARGETS: z
    .string()
    .regex(
      /^[A-Za-z0-9.:/,_ -]{1,4096}$/,
      'expected names, addresses or ranges such as 10.0.0.0/8, with commas between',
    )
    .transform((list) =>
      list
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== ''),
    )
    .default([]),
  EVENT_RETENTION_DAYS: wholeNumber(1, 3_650).default(30),
  COUNTER_RETENTION_DAYS: wholeNumber(1, 3_650).default(30),
  REFUSAL_RETENTION_DAYS: wholeNumber(1, 3_650).default(90),
  KEY_EVENT_RETENTION_DAYS: wholeNumber(30, 3_650).default(365),
  DELIVERY_RETENTION_DAYS: wholeNumber(1, 3_650).default(30),
  PAYLOAD_ID_RETENTION_HOURS: wholeNumber(1, 720).default(1),
  AUDIT_RETENTION_DAYS: wholeNumber(7, 3_650).optional(),
  MAX_METRIC_EVENTS: wholeNumber(10_000, 1_000_000_000).default(5_000_000),
  MAX_EXPOSURES: wholeNumber(10_000, 1_000_000_000).default(2_000_000),
  PUBLIC_URL: httpUri.optional(),
  LOG_LEVEL: z
    .enum(LOG_LEVELS, `expected ${LOG_LEVELS.slice(0, -1).join(', ')} or ${LOG_LEVELS.at(-1)}`)
    .default('info'),
});

/** The names of all environment variables that the program reads. */
export const SETTINGS: readonly string[] = Object.keys(environment.shape);

/**
 * Reads a complete configuration from environment variables; an empty value counts as not set.
 * @throws ConfigError that names every variable which is not usable.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
    );
  }
  const v = parsed.data;
  if (!v.AUTH && !LOOPBACK.has(v.HOST)) {
    throw new ConfigError('AUTH: off is refused unless HOST is a loopback address');
  }
  return configOf(v);
}

/**
 * The package is compiled, a checkout is not. Settings and data of somebody who installed the package are where they
 * stand, and not among its files.
 */
const IS_INSTALLED = import.meta.filename.endsWith('.js');

/** Everything that the environment may say, complete and checked; nothing downstream asks again. */
export type Config = Readonly<ReturnType<typeof configOf>>;

function configOf(v: z.output<typeof environment>) {
  /** Absolute. What ships with the program is read from here, whatever `dataDir` is. */
  const packageDir = resolve(import.meta.dirname, '..', '..');
  return {
    host: v.HOST,
    /** 0 picks a free one. */
    port: v.PORT,
    /** Absolute. Everything that is written lives here. */
    dataDir: resolve(v.DATA_DIR ?? (IS_INSTALLED ? 'dj-toggle-data' : join(packageDir, 'data'))),
    packageDir,
    /** `postgres://…`; undefined: SQLite in `dataDir`. */
    databaseUrl: v.DATABASE_URL,
    /** To PostgreSQL, at most, besides the one that listens: 2 to 100. */
    databaseConnections: v.DATABASE_CONNECTIONS,
    launchdarkly:
      v.LD_SDK_KEY === undefined
        ? undefined
        : {
            sdkKey: v.LD_SDK_KEY,
            baseUri: v.LD_BASE_URI,
            streamUri: v.LD_STREAM_URI,
            eventsUri: v.LD_EVENTS_URI,
          },
    /** The default environment's keys, as far as they are given; the others are generated once. */
    bootstrapKeys: {
      adminToken: v.ADMIN_TOKEN,
      sdkKey: v.SDK_KEY,
      clientSideId: v.CLIENT_SIDE_ID,
      mobileKey: v.MOBILE_KEY,
    },
    auth: v.AUTH,
    /** Changes by the API must name the version that they change. */
    requireIfMatch: v.REQUIRE_IF_MATCH,
    demoIdentity: v.DEMO_IDENTITY,
    /** Whether the switches of a talk (faults, crowds, a fast clock) can be reached. Without authentication the service is one person's own machine. */
    demo: v.DEMO ?? !v.AUTH,
    /** Exact number of proxies in front; 0: none is believed. */
    trustedProxies: v.TRUSTED_PROXIES,
    /** Whether the start prints a link that logs in; undefined: in a terminal. */
    loginLink: v.LOGIN_LINK,
    /** How long a program that stops says that it is not ready before it does; undefined: 5 s when not in a terminal. */
    shutdownDelaySeconds: v.SHUTDOWN_DELAY,
    /** Names, addresses and ranges that webhooks may reach although they are private. */
    webhookTargets: v.WEBHOOK_TARGETS,
    /** How long raw events are kept: 1 to 3,650 days. */
    eventRetentionDays: v.EVENT_RETENTION_DAYS,
    /** How long counts of evaluations by the minute, and refusals of keys, are kept: 1 to 3,650 days. */
    counterRetentionDays: v.COUNTER_RETENTION_DAYS,
    refusalRetentionDays: v.REFUSAL_RETENTION_DAYS,
    /** How long what happened to keys is kept: 30 to 3,650 days; and deliveries of webhooks after their end: 1 to 3,650. */
    keyEventRetentionDays: v.KEY_EVENT_RETENTION_DAYS,
    deliveryRetentionDays: v.DELIVERY_RETENTION_DAYS,
    /** How long a body of events is known again: 1 to 720 hours. */
    payloadIdRetentionHours: v.PAYLOAD_ID_RETENTION_HOURS,
    /** After how many days the audit log is archived: 7 to 3,650; undefined: never. */
    auditRetentionDays: v.AUDIT_RETENTION_DAYS,
    /** How many metric events are kept at most, the newest: about 250 bytes each. */
    maxMetricEvents: v.MAX_METRIC_EVENTS,
    /** How many exposures are kept at most, about, those last seen the latest. */
    maxExposures: v.MAX_EXPOSURES,
    /** How the world reaches this program; https makes cookies secure. Undefined: `http://` on HOST and PORT. */
    publicUrl: v.PUBLIC_URL?.replace(/\/+$/, ''),
    logLevel: v.LOG_LEVEL,
  };
}

/** Loads `.env` (beside package.json in a checkout, of the working directory when installed) into the environment (what is set already wins) and reads the configuration. */
export function configFromProcess(): Config {
  try {
    process.loadEnvFile(IS_INSTALLED ? '.env' : join(import.meta.dirname, '..', '..', '.env'));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  return loadConfig(process.env);
}

function protocolOf(value: string): string {
  return URL.canParse(value) ? new URL(value).protocol : '';
}
