import { type Kysely, sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Schema } from '../../../src/store/sql/schema.ts';
import { type Instance, onBothDatabases } from '../../support/sql-stores.ts';
import { AUTHOR, deleteFlag, putFlag } from '../../support/store-contract.ts';

/** A person who goes behind the service's back can also switch the triggers off. */
async function withoutTriggers({ database }: Instance): Promise<void> {
  if (database.dialect === 'sqlite') {
    await sql`drop trigger audit_no_update`.execute(database.kysely);
    await sql`drop trigger audit_no_delete`.execute(database.kysely);
  } else {
    await sql`alter table audit disable trigger user`.execute(database.kysely);
  }
}

describe('the audit log', () => {
  onBothDatabases((start) => {
    const withHistory = async (): Promise<Instance> => {
      const instance = await start();
      for (const on of [true, false, true]) await instance.store.change(AUTHOR, putFlag('encore', { on }));
      await instance.store.change(AUTHOR, putFlag('stays'));
      await instance.store.change(AUTHOR, deleteFlag('encore'));
      expect(await instance.store.verifyAudit()).toEqual({ ok: true, entries: 6 });
      return instance;
    };

    test.each<[string, (db: Kysely<Schema>) => Promise<unknown>]>([
      ['updated', (db) => db.updateTable('audit').set({ key: 'other' }).execute()],
      ['deleted', (db) => db.deleteFrom('audit').execute()],
    ])('cannot be %s by accident', async (_, attempt) => {
      const { database, store } = await withHistory();
      await expect(attempt(database.kysely)).rejects.toThrow('append-only');
      expect(await store.verifyAudit()).toMatchObject({ ok: true });
    });

    test.each<[string, number, (db: Kysely<Schema>) => Promise<unknown>]>([
      [
        'an author rewritten',
        3,
        (db) =>
          db
            .updateTable('audit')
            .set({ author: '{"id":"mallory","via":"api"}' })
            .where('id', '=', 3)
            .execute(),
      ],
      [
        'what was before taken out',
        3,
        (db) => db.updateTable('audit').set({ before: null }).where('id', '=', 3).execute(),
      ],
      [
        'what cannot be read any more',
        4,
        (db) => db.updateTable('audit').set({ after: '{' }).where('id', '=', 4).execute(),
      ],
      [
        'a time moved',
        1,
        (db) => db.updateTable('audit').set({ at: '1999-01-01T00:00:00.000Z' }).where('id', '=', 1).execute(),
      ],
      [
        'a hash replaced',
        5,
        (db) =>
          db
            .updateTable('audit')
            .set({ hash: 'f'.repeat(64) })
            .where('id', '=', 5)
            .execute(),
      ],
      ['an entry missing in the middle', 4, (db) => db.deleteFrom('audit').where('id', '=', 4).execute()],
      ['the first entry missing', 1, (db) => db.deleteFrom('audit').where('id', '=', 1).execute()],
      ['the last entry cut off', 6, (db) => db.deleteFrom('audit').where('id', '=', 6).execute()],
      [
        'the end cut off, head and all',
        5,
        async (db) => {
          await db.deleteFrom('audit').where('id', '>', 4).execute();
          const last = await db
            .selectFrom('audit')
            .select('hash')
            .where('id', '=', 4)
            .executeTakeFirstOrThrow();
          await db.updateTable('store_head').set({ audit_id: 4, audit_hash: last.hash }).execute();
        },
      ],
      [
        'an entry added at the end',
        7,
        async (db) => {
          const row = await db.selectFrom('audit').selectAll().where('id', '=', 6).executeTakeFirstOrThrow();
          await db
            .insertInto('audit')
            .values({ ...row, id: 7 })
            .execute();
        },
      ],
      ['everything gone', 1, (db) => db.deleteFrom('audit').execute()],
      [
        'a flag changed behind its back',
        5,
        (db) =>
          db
            .updateTable('items')
            .set((eb) => ({ record: eb.fn('replace', ['record', sql.val('true'), sql.val('null')]) }))
            .where('key', '=', 'stays')
            .execute(),
      ],
      [
        'a deleted flag put back behind its back',
        6,
        (db) =>
          db
            .updateTable('items')
            .set((eb) => ({ record: eb.selectFrom('audit').select('before').where('id', '=', 6) }))
            .where('key', '=', 'encore')
            .execute(),
      ],
      ['a flag that is gone', 5, (db) => db.deleteFrom('items').where('key', '=', 'stays').execute()],
    ])('with %s is found, and the entry named', async (_, brokenAt, tamper) => {
      const instance = await withHistory();
      await withoutTriggers(instance);
      await tamper(instance.database.kysely);
      const verdict = await instance.store.verifyAudit();
      expect(verdict).toMatchObject({ ok: false });
      expect(verdict).toHaveProperty('detail', expect.stringContaining(String(brokenAt)));
      expect(verdict).toHaveProperty('brokenAt', brokenAt);
    });
  });
});
