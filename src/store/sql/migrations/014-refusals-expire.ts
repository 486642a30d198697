import { sql } from 'kysely';
import type { DialectName } from '../dialect-name.ts';
import type { MigrationDb } from '../migrations.ts';

/** Refusals may be deleted, since a client can cause any number of them; what happened to a key stays. */
export async function letRefusalsExpire(db: MigrationDb, dialect: DialectName): Promise<void> {
  if (dialect === 'sqlite') {
    await sql`drop trigger key_events_no_delete`.execute(db);
    await sql`create trigger key_events_no_delete before delete on key_events when old.action <> 'refuse'
      begin select raise(abort, 'the log of keys is append-only'); end`.execute(db);
    return;
  }
  await sql`drop trigger key_events_append_only on key_events`.execute(db);
  await sql`create trigger key_events_no_truncate before truncate on key_events
    for each statement execute function key_events_append_only()`.execute(db);
  await sql`create trigger key_events_no_update before update on key_events
    for each row execute function key_events_append_only()`.execute(db);
  await sql`create trigger key_events_no_delete before delete on key_events
    for each row when (old.action <> 'refuse') execute function key_events_append_only()`.execute(db);
}
