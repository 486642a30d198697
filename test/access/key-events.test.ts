import { expect, test } from 'vitest';
import { createKeyEvents } from '../../src/access/key-events.ts';
import { openDatabase } from '../../src/store/sql/database.ts';

test('a key that is refused a thousand different paths leaves twenty rows in an hour', async () => {
  const database = await openDatabase({ kind: 'sqlite', file: ':memory:' });
  let now = Date.UTC(2026, 10, 21);
  const events = createKeyEvents({ database, now: () => now });
  const refuse = (path: number): Promise<void> =>
    events.noteRefused({ id: 'mallory', via: 'api' }, 'key-1', `GET /flags/${path}`);
  for (let path = 0; path < 1_000; path += 1) await refuse(path);
  expect(await events.list({ limit: 200 })).toHaveLength(20);
  now += 3_600_000;
  await refuse(0);
  expect(await events.list({ limit: 200 })).toHaveLength(21);
  await database.close();
});
