import type { Evaluator } from '../evaluation/evaluator.ts';
import type { Flag, Segment } from '../evaluation/model.ts';
import type { AuditVerdict } from './audit/audit-chain.ts';
import type { Draft, Edit, UpdateOptions, UpdateOutcome } from './update.ts';

/** A project's environment. Flags exist per project, with a state per environment; nothing crosses. */
export interface EnvironmentRef {
  readonly project: string;
  readonly environment: string;
}

export const DEFAULT_ENVIRONMENT: EnvironmentRef = { project: 'default', environment: 'production' };

interface RecordOf<Kind, Definition> {
  readonly kind: Kind;
  readonly key: string;
  readonly version: number;
  readonly description: string | null;
  readonly tags: readonly string[];
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly definition: Definition;
}

export type FlagRecord = RecordOf<'flag', Flag>;
export type SegmentRecord = RecordOf<'segment', Segment>;
export type ItemRecord = FlagRecord | SegmentRecord;
export type ItemKind = ItemRecord['kind'];

export interface RecordByKind {
  readonly flag: FlagRecord;
  readonly segment: SegmentRecord;
}

/** Which flag or segment, of which environment; it may not exist yet. */
export interface ItemRef<Kind extends ItemKind = ItemKind> {
  readonly environment: EnvironmentRef;
  readonly kind: Kind;
  readonly key: string;
}

/** Everything of one environment at one moment; immutable, compiled, replaced as a whole. */
export interface Snapshot {
  readonly environment: EnvironmentRef;
  /** The environment's counter: one higher with every change, never used twice. */
  readonly sequence: number;
  readonly flags: ReadonlyMap<string, FlagRecord>;
  readonly segments: ReadonlyMap<string, SegmentRecord>;
  readonly evaluator: Evaluator;
}

export interface ItemChange {
  readonly kind: ItemKind;
  readonly key: string;
  /** Of the item after the change; a tombstone's version when deleted. */
  readonly version: number;
  /** The environment's counter at this change. */
  readonly sequence: number;
  readonly deleted: boolean;
}

/** One step of an environment from one snapshot to the next; several changes may come together. */
export interface FeedEvent {
  readonly environment: EnvironmentRef;
  readonly previous: Snapshot;
  readonly snapshot: Snapshot;
  readonly changes: readonly ItemChange[];
}

/** The ways by which a flag is changed. */
export const VIAS = [
  'api',
  'dashboard',
  'schedule',
  'release',
  'experiment',
  'seed',
  'import',
  'test',
] as const;

/** Who changes a flag, and by which way; kept in the audit log. */
export interface Author {
  /** A key's name, `anonymous` when AUTH=off, or the automation's own name. */
  readonly id: string;
  readonly via: (typeof VIAS)[number];
  /** The client's address, when there is one. */
  readonly address?: string;
  readonly comment?: string;
}

interface ChangeOf {
  readonly environment: EnvironmentRef;
  readonly key: string;
  /** Compare-and-set: a version, or `absent` to create only. Default: whatever is there. */
  readonly expectedVersion?: number | 'absent';
}

/**
 * An import brings an item's history with it, so that what was exported comes back exactly.
 * Refused as a `conflict` unless the version is higher than every one this key has had here, tombstones included.
 */
export interface Restored {
  readonly version: number;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

interface PutOf<Definition> extends ChangeOf {
  readonly definition: Definition;
  /** Absent: stays as it is (`null` and `[]` when new). */
  readonly description?: string | null | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Imports only. Default: the store counts and looks at its clock. */
  readonly restored?: Restored;
}

/**
 * Every change of an item. Key and version are the store's: what the definition says in `key` and `version` is replaced.
 * A new flag is made in every environment of its project at once: as it is here, and off in the others, with the same variations,
 * default rule and off variation but without targets, rules and prerequisites. A flag that is deleted is deleted in all of them.
 * A segment lives in its one environment.
 */
export type Change =
  | (PutOf<Flag> & { readonly type: 'put-flag' })
  | (PutOf<Segment> & { readonly type: 'put-segment' })
  | (ChangeOf & { readonly type: 'delete-flag' })
  | (ChangeOf & { readonly type: 'delete-segment' });

export type ChangeOutcome =
  | {
      readonly outcome: 'changed';
      /** `null` after a delete. */
      readonly record: ItemRecord | null;
      readonly version: number;
      readonly sequence: number;
      readonly auditId: number;
    }
  | { readonly outcome: 'unchanged'; readonly record: ItemRecord | null }
  /** The expected version is not the one that is there (`null`: nothing is there). */
  | { readonly outcome: 'conflict'; readonly currentVersion: number | null }
  | { readonly outcome: 'not-found' }
  /** Other flags or segments need this one. */
  | { readonly outcome: 'in-use'; readonly by: readonly string[] };

export interface AuditEntry {
  /** Rises by one; the chain's order. */
  readonly id: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly author: Author;
  readonly environment: EnvironmentRef;
  readonly kind: ItemKind;
  readonly key: string;
  readonly action: 'create' | 'update' | 'delete';
  readonly before: ItemRecord | null;
  readonly after: ItemRecord | null;
  readonly sequence: number;
  /** The id of the first entry of the same change; a flag is made and deleted in all environments of its project at once. */
  readonly operation: number;
  /** Set when this entry undid another. */
  readonly undoes: number | null;
  /** Hex SHA-256 over the previous entry's hash and this entry. */
  readonly hash: string;
}

export interface AuditQuery {
  readonly environment?: EnvironmentRef;
  readonly kind?: ItemKind;
  readonly key?: string;
  /** Entries with a lower id only: the next page, newest first. */
  readonly before?: number;
  /** 1–200, default 50. */
  readonly limit?: number;
}

/** What an import brings, in the order in which it is written. */
export interface ImportedContent {
  readonly projects: readonly { readonly key: string; readonly name: string }[];
  readonly environments: readonly { readonly project: string; readonly key: string; readonly name: string }[];
  readonly changes: readonly Change[];
}

/** The database is away or busy, or its disk is full; try again. Reads go on from the snapshot. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
  readonly retryAfterSeconds: number;
  readonly reason: 'away' | 'busy' | 'full';
  constructor(
    message: string,
    retryAfterSeconds = 1,
    options: ErrorOptions & { readonly reason?: 'away' | 'busy' | 'full' } = {},
  ) {
    super(message, options);
    this.retryAfterSeconds = retryAfterSeconds;
    this.reason = options.reason ?? 'away';
  }
}

export interface StoreHealth {
  readonly ready: boolean;
  /** One plain sentence. */
  readonly detail: string;
  /** Milliseconds since the feed was last known to be level with the database. */
  readonly feedLagMs: number;
}

export interface Project {
  readonly key: string;
  readonly name: string;
  readonly environments: readonly { readonly key: string; readonly name: string }[];
}

export interface Store {
  /** From memory; undefined for an environment that does not exist. */
  snapshot(environment: EnvironmentRef): Snapshot | undefined;
  /**
   * Every item that changed after this sequence, each with its last change, tombstones included, oldest first; from memory.
   * Undefined when the environment does not exist, or the sequence is not one that it has had.
   */
  changesSince(environment: EnvironmentRef, sequence: number): readonly ItemChange[] | undefined;
  /** The only way a flag changes. Acknowledged when durable and in this process's snapshot. @throws StoreUnavailableError */
  change(author: Author, change: Change): Promise<ChangeOutcome>;
  /**
   * Reads a flag or segment, edits it and writes it back as one step: when another writer comes in between, the edit is
   * made again on what they wrote, so that a change of one field never takes back another's change of another field.
   * Without an expected version it never answers `conflict`.
   * @throws StoreUnavailableError when the database is away, or others change the item all the time
   * @example
   * await store.update(author, { environment, kind: 'flag', key: 'checkout' }, (current) =>
   *   current === undefined
   *     ? { outcome: 'refused', refusal: 'there is no such flag' }
   *     : { outcome: 'edited', draft: { definition: { ...current.definition, on: false } } },
   * );
   */
  update<Kind extends ItemKind, D extends Draft<Kind>, Refusal = never>(
    author: Author,
    ref: ItemRef<Kind>,
    edit: Edit<Kind, D, Refusal>,
    options?: UpdateOptions,
  ): Promise<UpdateOutcome<Kind, D, Refusal>>;
  /**
   * Makes a new change that puts back what was before the entry, whatever came after it; what one change did in several
   * environments is undone in all of them. `in-use` when a flag would have to leave an environment that it did not come to with this entry.
   */
  undo(author: Author, auditId: number): Promise<ChangeOutcome>;
  audit(query?: AuditQuery): Promise<readonly AuditEntry[]>;
  /** Walks the hash chain from where the archives end; names the first entry that does not fit. */
  verifyAudit(): Promise<AuditVerdict>;
  /** Every change of every environment, in order, after the snapshot was replaced. Returns a function that unsubscribes. */
  subscribe(listener: (event: FeedEvent) => void): () => void;
  projects(): readonly Project[];
  /**
   * Brings in projects, environments and items that are not there: durable in one transaction, visible as one step. An item
   * whose `restored` version is not above what was here goes on from there.
   * @throws StoreUnavailableError
   */
  importAll(author: Author, content: ImportedContent): Promise<void>;
  createProject(author: Author, key: string, name: string): Promise<'created' | 'exists'>;
  createEnvironment(
    author: Author,
    project: string,
    key: string,
    name: string,
  ): Promise<'created' | 'exists' | 'not-found'>;
  health(): StoreHealth;
  close(): Promise<void>;
}
