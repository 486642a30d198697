import type { Transaction } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Schema } from '../../src/store/sql/schema.ts';
import { DEFAULT_ENVIRONMENT, type Store } from '../../src/store/store.ts';
import { onBothDatabases, until } from '../support/sql-stores.ts';
import { AUTHOR, SEEDED, STAGING, deleteFlag, flagOf, putFlag } from '../support/store-contract.ts';

describe('several instances on one database', () => {
  onBothDatabases((start) => {
    test('start at once, and one of them seeds', async () => {
      const instances = await Promise.all([start(), start(), start()]);
      for (const { store } of instances) {
        expect(flagOf(store, SEEDED.key)).toMatchObject({ version: 1 });
        expect(await store.audit()).toHaveLength(1);
      }
    });

    test('hear of each other’s changes, environments and deletions', async () => {
      const [{ store: here }, { store: there }] = [await start(), await start()];
      await here.change(AUTHOR, putFlag('encore'));
      await until(there, (store) => flagOf(store, 'encore') !== undefined);
      expect(flagOf(there, 'encore')).toEqual(flagOf(here, 'encore'));

      await there.createEnvironment(AUTHOR, 'default', 'staging', 'Staging');
      await until(here, (store) => flagOf(store, 'encore', STAGING) !== undefined);
      expect(here.projects()).toEqual(there.projects());

      await here.change(AUTHOR, deleteFlag('encore'));
      await until(there, (store) => flagOf(store, 'encore') === undefined);
      expect(flagOf(there, 'encore', STAGING)).toBeUndefined();
    });

    test('of 200 compare-and-sets at once exactly one wins, round after round', async () => {
      const [{ store: here }, { store: there }] = [await start(), await start()];
      await here.change(AUTHOR, putFlag('encore', { variations: ['start'] }));
      for (let version = 1; version <= 3; version += 1) {
        const outcomes = await Promise.all(
          Array.from({ length: 200 }, (_, index) =>
            (index % 2 === 0 ? here : there).change(
              AUTHOR,
              putFlag('encore', { variations: [version, index] }, { expectedVersion: version }),
            ),
          ),
        );
        expect(outcomes.filter(({ outcome }) => outcome === 'changed')).toHaveLength(1);
        expect(outcomes.filter(({ outcome }) => outcome === 'conflict')).toHaveLength(199);
      }
      expect(await here.audit({ key: 'encore' })).toHaveLength(4);
      expect(await here.verifyAudit()).toMatchObject({ ok: true });
    });

    test('what is written together with a change is durable with it, or neither is', async () => {
      const [{ store: here, database }, { store: there }] = [await start(), await start()];
      const note = (name: string) => async (db: Transaction<Schema>) => {
        const at = new Date(0).toISOString();
        await db.insertInto('schema_migrations').values({ number: 9_000, name, applied_at: at }).execute();
      };
      const notes = () =>
        database.kysely.selectFrom('schema_migrations').where('number', '=', 9_000).select('name');
      const broken = here.changeTogether(AUTHOR, putFlag('encore'), async (db) => {
        await note('first')(db);
        throw new Error('not like this');
      });
      await expect(broken).rejects.toThrow('not like this');
      expect(flagOf(here, 'encore')).toBeUndefined();
      expect(await notes().execute()).toEqual([]);

      expect(await here.changeTogether(AUTHOR, putFlag('encore'), note('second'))).toMatchObject({
        version: 1,
      });
      await until(there, (store) => flagOf(store, 'encore') !== undefined);
      expect(await notes().execute()).toEqual([{ name: 'second' }]);

      const again = await here.changeTogether(AUTHOR, putFlag('encore'), note('third'));
      expect(again.outcome).toBe('unchanged');
      expect(await notes().execute()).toEqual([{ name: 'second' }]);
    });

    test('whatever they write at once, both end with the same, and each heard every sequence in order', async () => {
      const [{ store: here }, { store: there }] = [await start(), await start()];
      const heard = [here, there].map((store) => {
        const sequences: number[] = [];
        store.subscribe(({ previous, snapshot }) => sequences.push(previous.sequence, snapshot.sequence));
        return sequences;
      });
      const writes = Array.from({ length: 40 }, (_, index) => {
        const store = index % 2 === 0 ? here : there;
        return store.change(AUTHOR, putFlag(`flag-${index % 7}`, { variations: [index] }));
      });
      await Promise.all(writes);
      await Promise.all([here, there].map((store) => until(store, () => sequenceOf(store) === 41)));
      expect(flagsOf(here)).toEqual(flagsOf(there));
      for (const sequences of heard) {
        expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
        expect(sequences.at(-1)).toBe(41);
      }
      expect(here.changesSince(DEFAULT_ENVIRONMENT, 0)).toEqual(there.changesSince(DEFAULT_ENVIRONMENT, 0));
    });
  });
});

const flagsOf = (store: Store) => new Map(store.snapshot(DEFAULT_ENVIRONMENT)?.flags);
const sequenceOf = (store: Store): number => store.snapshot(DEFAULT_ENVIRONMENT)?.sequence ?? 0;
