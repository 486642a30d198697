import { isLive, type KeyRecord } from '../../../access/key-record.ts';
import type { DashboardScope } from '../dashboard-scope.ts';
import { type Moment, momentOf } from '../text/moment.ts';

/** Administrators' tokens, SDK keys, mobile keys and client-side IDs. */
export interface KeysPage {
  readonly live: readonly KeyRow[];
  /** Expired and revoked keys. */
  readonly ended: readonly KeyRow[];
  /** A key that was just made: it is shown this once. */
  readonly made: { readonly name: string; readonly plain: string } | undefined;
  readonly action: string;
  readonly environmentName: string;
}

export interface KeyRow {
  readonly id: string;
  readonly name: string;
  /** `operator’s token`, `SDK key of production`. */
  readonly kind: string;
  /** The whole of a client-side ID, the ends of a secret. */
  readonly shown: string;
  readonly created: Moment;
  readonly createdBy: string;
  readonly used: Moment | undefined;
  /** Expired, revoked, or going to. */
  readonly end: { readonly word: string; readonly at: Moment } | undefined;
  readonly rotateAction: string;
  readonly revokeAction: string;
}

/** @param now epoch milliseconds */
export function keysPage(
  scope: DashboardScope,
  keys: readonly KeyRecord[],
  now: number,
  made?: KeysPage['made'],
): KeysPage {
  const newestFirst = keys.toReversed();
  const row = (key: KeyRecord): KeyRow => keyRow(scope, key, now);
  return {
    live: newestFirst.filter((key) => isLive(key, now)).map(row),
    ended: newestFirst.filter((key) => !isLive(key, now)).map(row),
    made,
    action: scope.href('/keys'),
    environmentName: scope.environment.environment,
  };
}

function keyRow(scope: DashboardScope, key: KeyRecord, now: number): KeyRow {
  const { id, name, value, prefix, last4, createdAt, createdBy, lastUsedAt } = key;
  return {
    id,
    name,
    kind: kindText(key),
    shown: value ?? `${prefix}…${last4}`,
    created: momentOf(createdAt, now),
    createdBy,
    used: lastUsedAt === null ? undefined : momentOf(lastUsedAt, now),
    end: endOf(key, now),
    rotateAction: scope.href(`/keys/${id}/rotate`),
    revokeAction: scope.href(`/keys/${id}/revoke`),
  };
}

const PROGRAM_KEYS = { sdk: 'SDK key', mobile: 'mobile key', 'client-side-id': 'client-side ID' } as const;

function kindText(key: KeyRecord): string {
  if (key.kind === 'admin') return `${key.role}’s token`;
  const { project, environment } = key.environment;
  return `${PROGRAM_KEYS[key.kind]} of ${project === 'default' ? environment : `${project}/${environment}`}`;
}

function endOf({ revokedAt, expiresAt }: KeyRecord, now: number): KeyRow['end'] {
  if (revokedAt !== null) return { word: 'revoked', at: momentOf(revokedAt, now) };
  if (expiresAt === null) return undefined;
  return { word: Date.parse(expiresAt) > now ? 'expires' : 'expired', at: momentOf(expiresAt, now) };
}
