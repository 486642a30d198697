import { isoTime } from '../shared/iso-time.ts';
import { type Logger, SILENT_LOGGER } from '../shared/logger.ts';
import type { Transaction } from 'kysely';
import { z } from 'zod';
import { recordAdminChange } from '../store/audit/admin-audit.ts';
import { createCachedTable } from './cached-table.ts';
import type { Database } from '../store/sql/database.ts';
import type { Schema } from '../store/sql/schema.ts';
import type { Author, EnvironmentRef } from '../store/store.ts';

export interface EnvironmentSettings {
  /** Browsers must send the HMAC of their context key. */
  readonly secureMode: boolean;
  /** Origins whose pages may read the client-side endpoints; `*`: all. Each is `https://host[:port]`. */
  readonly allowedOrigins: '*' | readonly string[];
}

/** What is meant as long as nothing is set. */
export const DEFAULT_ENVIRONMENT_SETTINGS: EnvironmentSettings = { secureMode: false, allowedOrigins: '*' };

export interface Settings {
  /** From memory. */
  environment(environment: EnvironmentRef): EnvironmentSettings;
  /** Changes only what the patch names. Throws StoreUnavailableError. */
  changeEnvironment(
    author: Author,
    environment: EnvironmentRef,
    patch: Partial<EnvironmentSettings>,
  ): Promise<EnvironmentSettings>;
  /**
   * The secrets that sign something, newest first: sign with the first, accept all. Made at the first asking and the same
   * in every instance. Throws StoreUnavailableError at the first asking only.
   */
  secrets(purpose: string): Promise<readonly [Buffer, ...Buffer[]]>;
  /** The same from memory, as it is at each call. Throws StoreUnavailableError at the first asking only. */
  liveSecrets(purpose: string): Promise<() => readonly [Buffer, ...Buffer[]]>;
  /** Signs cookies and forms with new secrets from now on. Those of the last two rotations are accepted still. Throws StoreUnavailableError. */
  rotateSecrets(author: Author): Promise<readonly string[]>;
  /** Looks for what other instances changed; it also does so by itself. Throws StoreUnavailableError. */
  refresh(): Promise<void>;
  close(): void;
}

export interface SettingsDeps {
  readonly database: Database;
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
  /** Default 2,000; null: only by `refresh`. */
  readonly pollMs?: number | null;
  readonly log?: Logger;
}

const SECRET_BYTES = 32;
/** The one that signs, and those of the last two rotations. */
const MAX_SECRETS = 3;
/** What people carry for months. Cursors live for minutes. */
const ROTATED = ['cookies', 'csrf', 'session'] as const;
const ENVIRONMENT_ROW = z.object({
  secureMode: z.boolean(),
  allowedOrigins: z.union([z.literal('*'), z.array(z.string())]),
});
const SECRETS_ROW = z.tuple([z.string()], z.string());

/** Opens the settings and holds them in memory. Throws StoreUnavailableError. */
export async function createSettings({
  database,
  now,
  random,
  pollMs = 2_000,
  log = SILENT_LOGGER,
}: SettingsDeps): Promise<Settings> {
  const copy = await createCachedTable({ database, name: 'settings', load: loadSettings, pollMs, log });

  const put = async (
    db: Transaction<Schema>,
    author: Author,
    name: string,
    value: unknown,
  ): Promise<void> => {
    const row = {
      value: JSON.stringify(value),
      updated_at: isoTime(now()),
      updated_by: author.id,
    };
    await db
      .insertInto('settings')
      .values({ name, ...row })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
      .execute();
  };
  const newSecret = (): string => random(SECRET_BYTES).toString('base64url');

  const settings: Settings = {
    environment: (environment) =>
      copy.current().environments.get(settingsName(environment)) ?? DEFAULT_ENVIRONMENT_SETTINGS,
    changeEnvironment: (author, environment, patch) =>
      copy.write(async (db) => {
        const name = settingsName(environment);
        const before = (await loadSettings(db)).environments.get(name) ?? DEFAULT_ENVIRONMENT_SETTINGS;
        const after = { ...before, ...patch };
        await put(db, author, name, after);
        const change = { at: now(), author, kind: 'settings', key: name, action: 'update' } as const;
        await recordAdminChange(db, { ...change, environment, detail: { before, after } });
        return after;
      }),
    secrets: async (purpose) => {
      const name = secretName(purpose);
      const known = copy.current().secrets.get(name);
      if (known !== undefined) return known;
      return copy.write(async (db) => {
        // Another instance may have made it since: its write came before ours, so it counts.
        const stored = (await loadSettings(db)).secrets.get(name);
        if (stored !== undefined) return stored;
        const secret = newSecret();
        await put(db, { id: 'first use', via: 'seed' }, name, [secret]);
        return [Buffer.from(secret, 'base64url')];
      });
    },
    liveSecrets: async (purpose) => {
      const first = await settings.secrets(purpose);
      return () => copy.current().secrets.get(secretName(purpose)) ?? first;
    },
    rotateSecrets: (author) =>
      copy.write(async (db) => {
        const { secrets } = await loadSettings(db);
        const purposes: string[] = [];
        for (const purpose of ROTATED) {
          const name = secretName(purpose);
          const known = secrets.get(name);
          if (known === undefined) continue;
          const kept = known.slice(0, MAX_SECRETS - 1).map((secret) => secret.toString('base64url'));
          await put(db, author, name, [newSecret(), ...kept]);
          purposes.push(purpose);
        }
        const change = { at: now(), author, kind: 'secrets', key: 'cookies', action: 'rotate' } as const;
        await recordAdminChange(db, { ...change, detail: { purposes } });
        return purposes;
      }),
    refresh: async () => {
      await copy.refresh();
    },
    close: () => copy.close(),
  };
  return settings;
}

interface SettingsTableCopy {
  readonly environments: ReadonlyMap<string, EnvironmentSettings>;
  readonly secrets: ReadonlyMap<string, readonly [Buffer, ...Buffer[]]>;
}

async function loadSettings(db: Transaction<Schema>): Promise<SettingsTableCopy> {
  const rows = await db.selectFrom('settings').select(['name', 'value']).execute();
  const environments = new Map<string, EnvironmentSettings>();
  const secrets = new Map<string, readonly [Buffer, ...Buffer[]]>();
  for (const { name, value } of rows) {
    if (name.startsWith('environment:')) environments.set(name, ENVIRONMENT_ROW.parse(JSON.parse(value)));
    else if (name.startsWith('secret:')) {
      const [newest, ...older] = SECRETS_ROW.parse(JSON.parse(value));
      secrets.set(name, [bytesOf(newest), ...older.map(bytesOf)]);
    }
  }
  return { environments, secrets };
}

function bytesOf(secret: string): Buffer {
  return Buffer.from(secret, 'base64url');
}

/** Keys of projects and environments hold no slash, so no two environments share a name. */
function settingsName({ project, environment }: EnvironmentRef): string {
  return `environment:${project}/${environment}`;
}

function secretName(purpose: string): string {
  return `secret:${purpose}`;
}
