import type { AdminEntry } from '../../audit/admin-audit.ts';

/** The tables of `001-store`, `002-audit-anchor` and `016-admin-audit`; texts of time are ISO 8601 in UTC, JSON is kept as text so that it comes back exactly. */
export interface StoreTables {
  readonly store_head: StoreHeadTable;
  readonly projects: ProjectsTable;
  readonly environments: EnvironmentsTable;
  readonly items: ItemsTable;
  readonly audit: AuditTable;
  readonly audit_anchor: AuditAnchorTable;
  readonly admin_audit: AdminAuditTable;
  readonly admin_audit_head: AdminAuditHeadTable;
}

/** One row: what every writer locks first, and what the audit chain ends with. */
export interface StoreHeadTable {
  id: 1;
  /** Rises with every row of items, environments and projects that is written: the cursor of the change feed. */
  position: number;
  audit_id: number;
  audit_hash: string;
}

/** One row: the last entry of the audit log that is archived; 0: none. */
export interface AuditAnchorTable {
  id: 1;
  audit_id: number;
  audit_hash: string;
}

/** What operators change beside flags and segments; author and detail are JSON. */
export interface AdminAuditTable {
  id: number;
  at: string;
  author: string;
  kind: AdminEntry['kind'];
  key: string;
  action: string;
  project: string | null;
  environment: string | null;
  detail: string;
  hash: string;
}

/** One row: the end of the chain of `admin_audit`. */
export interface AdminAuditHeadTable {
  id: 1;
  entry_id: number;
  hash: string;
}

export interface ProjectsTable {
  key: string;
  name: string;
  position: number;
  created_at: string;
  created_by: string;
}

export interface EnvironmentsTable {
  project: string;
  key: string;
  name: string;
  sequence: number;
  position: number;
  created_at: string;
  created_by: string;
}

export interface ItemsTable {
  project: string;
  environment: string;
  kind: 'flag' | 'segment';
  key: string;
  version: number;
  /** The environment's counter at the last change. */
  sequence: number;
  position: number;
  /** The last entry of the audit log about this item. */
  audit_id: number;
  /** The whole record as JSON; null: a tombstone. */
  record: string | null;
}

export interface AuditTable {
  id: number;
  at: string;
  author: string;
  project: string;
  environment: string;
  kind: 'flag' | 'segment';
  key: string;
  action: 'create' | 'update' | 'delete';
  before: string | null;
  after: string | null;
  sequence: number;
  operation: number;
  undoes: number | null;
  hash: string;
}
