import type { AuditVerdict, Head } from './audit/audit-chain.ts';
import type { Commit } from './changes/build-commit.ts';
import type { Rows } from './state.ts';
import type { AuditEntry, AuditQuery } from './store.ts';

/**
 * What a database must offer for `createStore` to keep flags in it. The journal keeps rows and the audit log; everything
 * that is decided about them is decided above it. Its methods throw StoreUnavailableError when the database is away.
 */
export interface Journal<Tx> {
  /** For people: "SQLite". */
  readonly name: string;
  /** The position of the newest row. */
  position(): Promise<number>;
  /** All rows past a position, as of one moment. */
  load(since: number): Promise<Rows>;
  /**
   * Runs `work` in one transaction that no other writer of any process is in at the same time, durable when it
   * resolves. When `work` throws, nothing has changed.
   * @param since the position up to which the caller knows the rows
   */
  commit<T>(since: number, work: (transaction: JournalTransaction<Tx>) => Promise<T>): Promise<T>;
  /** Newest first. @throws RangeError when the limit is not from 1 to 200 */
  audit(query: AuditQuery): Promise<readonly AuditEntry[]>;
  verifyAudit(): Promise<AuditVerdict>;
  /** Calls `onNews` when another process may have written. Absent: only asking for the position tells. */
  listen?(onNews: (position: number) => void): JournalListener;
  /** A database that answers reads again also takes writes again. A file can be readable and yet not writable. */
  readonly recoversWithReads: boolean;
}

export interface JournalTransaction<Tx> {
  readonly head: Head;
  /** The rows past the position that the caller named. */
  readonly missed: Rows;
  /** The transaction itself, for what else must become durable with a change. */
  readonly db: Tx;
  /** Every entry of the change that this entry belongs to; empty when there is no such entry. */
  operation(auditId: number): Promise<readonly AuditEntry[]>;
  write(commit: Commit): Promise<void>;
}

export interface JournalListener {
  /** Resolves after the first attempt to listen, whether it succeeded or not. */
  readonly tried: Promise<void>;
  close(): Promise<void>;
}
