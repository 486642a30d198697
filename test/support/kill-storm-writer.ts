/** A program that writes as fast as it can, and says what was acknowledged, until somebody ends it. */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { openDatabase } from '../../src/store/sql/database.ts';
import { openSqlStore } from '../../src/store/sql/sql-store.ts';
import { DEFAULT_ENVIRONMENT } from '../../src/store/store.ts';

const WRITERS = 8;
const [file = ''] = process.argv.slice(2);

// Everything is loaded; the database is opened when it is this program's turn.
await once(process.stdin, 'data');
const database = await openDatabase({ kind: 'sqlite', file });
const store = await openSqlStore({ database, now: Date.now });

await Promise.all(
  Array.from({ length: WRITERS }, async (_, writer) => {
    const key = `flag-${writer}`;
    for (let value = 0; ; value += 1) {
      const outcome = await store.change(
        { id: `writer-${process.pid}`, via: 'test' },
        {
          type: 'put-flag',
          environment: DEFAULT_ENVIRONMENT,
          key,
          definition: {
            key,
            version: 1,
            on: true,
            variations: [process.pid, value],
            offVariation: 1,
            fallthrough: { variation: 0 },
          },
        },
      );
      if (outcome.outcome !== 'changed') throw new Error(`expected a change, got ${outcome.outcome}`);
      const { auditId, version } = outcome;
      writeSync(1, `${JSON.stringify({ auditId, key, version, value })}\n`);
    }
  }),
);
