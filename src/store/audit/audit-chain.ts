import { createHash } from 'node:crypto';
import { canonicalJson } from '../../shared/canonical-json.ts';
import { itemId } from '../state.ts';
import type { AuditEntry, ItemKind, ItemRecord } from '../store.ts';

/** Where a store stands; the chain's end is kept beside the log, so that a log that was cut short is found. */
export interface Head {
  readonly position: number;
  readonly auditId: number;
  readonly auditHash: string;
}

/** What the first entry follows: sixty-four zeros. */
export const EMPTY_HEAD: Head = { position: 0, auditId: 0, auditHash: '0'.repeat(64) };

/** Up to where a chain was followed, or from where it is to be. */
export interface ChainPlace {
  readonly auditId: number;
  readonly auditHash: string;
  /** What was said last of each item. */
  readonly latest: ReadonlyMap<string, Said>;
}

interface Said {
  readonly id: number;
  /** Canonical JSON. */
  readonly after: string;
}

export const CHAIN_START: ChainPlace = { ...EMPTY_HEAD, latest: new Map() };

export type AuditVerdict =
  | {
      readonly ok: true;
      /** How many were looked at. */
      readonly entries: number;
      /** How many of the first are archived, where some are. */
      readonly archived?: number;
    }
  | { readonly ok: false; readonly brokenAt: number; readonly detail: string };

/** Hex SHA-256 over the hash of the entry before and this entry as canonical JSON. */
export function auditHash(previous: string, entry: Omit<AuditEntry, 'hash'>): string {
  const content = canonicalJson({ ...entry, hash: undefined });
  return createHash('sha256').update(previous).update('\n').update(content).digest('hex');
}

/** An item as the store has it now, for comparison with what the log says of it. */
export interface PresentItem {
  readonly project: string;
  readonly environment: string;
  readonly kind: ItemKind;
  readonly key: string;
  readonly record: ItemRecord | null;
  /** The entry that the item itself says made it, where that is kept. */
  readonly auditId?: number;
}

/** Follows the chain over these entries; a verdict where they do not fit. */
export async function followChain(
  from: ChainPlace,
  entries: AsyncIterable<AuditEntry> | Iterable<AuditEntry>,
): Promise<ChainPlace | (AuditVerdict & { readonly ok: false })> {
  let { auditId: id, auditHash: hash } = from;
  const latest = new Map(from.latest);
  for await (const entry of entries) {
    if (entry.id !== id + 1) {
      const what = entry.id > id ? `entry ${id + 1} is missing` : `entry ${entry.id} is there twice`;
      return broken(Math.min(entry.id, id + 1), what);
    }
    if (auditHash(hash, entry) !== entry.hash) {
      return broken(entry.id, `entry ${entry.id} does not fit its hash: it, or the one before, was edited`);
    }
    ({ id, hash } = entry);
    const path = itemPath(entry.environment.project, entry.environment.environment, entry);
    latest.set(path, { id, after: canonicalJson(entry.after) });
  }
  return { auditId: id, auditHash: hash, latest };
}

/**
 * Walks the chain from a place to the head, then compares what the log says last of each item with the item.
 * Finds entries that were edited, deleted, added or cut off, and items changed behind the log's back; names the first.
 * Items that were last changed before that place can only be compared when it comes with what was said of them.
 */
export async function verifyAuditChain(
  entries: AsyncIterable<AuditEntry> | Iterable<AuditEntry>,
  head: Head,
  items: Iterable<PresentItem>,
  from: ChainPlace = CHAIN_START,
): Promise<AuditVerdict> {
  const end = await followChain(from, entries);
  if ('ok' in end) return end;
  const { auditId: id, auditHash: hash } = end;
  const latest = new Map(end.latest);
  if (id > head.auditId) {
    return broken(head.auditId + 1, `entry ${head.auditId + 1} lies past the end of the chain`);
  }
  if (id < head.auditId) return broken(id + 1, `entry ${id + 1} is missing: the log was cut short`);
  if (hash !== head.auditHash) return broken(id, `entry ${id} is not the one that the chain ends with`);
  for (const item of items) {
    if (item.auditId !== undefined && item.auditId > id) {
      return broken(id + 1, `entry ${id + 1} is missing: an item speaks of entry ${item.auditId}`);
    }
    const path = itemPath(item.project, item.environment, item);
    const said = latest.get(path);
    if (said === undefined) {
      const isBefore = from.latest.size === 0 && (item.auditId ?? 0) <= from.auditId;
      if (isBefore && from.auditId > 0) continue;
      return broken(id, `${path} is there, though no entry speaks of it`);
    }
    if (said.after !== canonicalJson(item.record)) {
      return broken(said.id, `${path} is not what entry ${said.id} made of it`);
    }
    latest.delete(path);
  }
  const [gone] = latest;
  return gone === undefined
    ? { ok: true, entries: id - from.auditId }
    : broken(gone[1].id, `${gone[0]} is gone, though entry ${gone[1].id} speaks of it`);
}

const itemPath = (
  project: string,
  environment: string,
  { kind, key }: { readonly kind: ItemKind; readonly key: string },
): string => `${project}/${environment}/${itemId(kind, key)}`;

const broken = (brokenAt: number, detail: string): AuditVerdict & { readonly ok: false } => ({
  ok: false,
  brokenAt,
  detail,
});
