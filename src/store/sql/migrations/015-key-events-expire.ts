import { sql } from 'kysely';
import type { DialectName } from '../dialect-name.ts';
import type { MigrationDb } from '../migrations.ts';

/** What happened to a key may be deleted after 29 days; refusals at any time. */
export async function letKeyEventsExpire(db: MigrationDb, dialect: DialectName): Promise<void> {
  if (dialect === 'sqlite') {
    await sql`drop trigger key_events_no_delete`.execute(db);
    await sql`create trigger key_events_no_delete before delete on key_events
      when old.action <> 'refuse' and old.at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-29 days')
      begin select raise(abort, 'the log of keys is append-only'); end`.execute(db);
    return;
  }
  await sql`drop trigger key_events_no_delete on key_events`.execute(db);
  await sql`create trigger key_events_no_delete before delete on key_events for each row
    when (old.action <> 'refuse' and old.at::timestamptz > now() - interval '29 days')
    execute function key_events_append_only()`.execute(db);
}
