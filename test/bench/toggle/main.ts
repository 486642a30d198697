import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { init } from '@launchdarkly/node-server-sdk';
import { openDatabase } from '../../../src/store/sql/database.ts';
import { openSqlStore } from '../../../src/store/sql/sql-store.ts';
import { onOff, SDK_KEY, startSdkApp } from '../../support/sdk-app.ts';
import { median, quantile, report } from '../support/figures.ts';

/** From the call that toggles a flag, durable in SQLite, to the `update` event of an SDK that is connected by stream: `--toggles N` (default 1000). */
const place = process.argv.indexOf('--toggles');
const TOGGLES = place === -1 ? 1_000 : Number(process.argv[place + 1]);
const ROUNDS = 5;

const folder = mkdtempSync(join(tmpdir(), 'bench-toggle-'));
const database = await openDatabase({ kind: 'sqlite', file: join(folder, 'flags.db') });
const store = await openSqlStore({
  database,
  now: Date.now,
  seedFlags: { flags: { flag: onOff('flag', false) }, segments: {} },
});
const app = await startSdkApp({ store });
const ignore = (): void => {};
const client = init(SDK_KEY, {
  baseUri: app.url,
  streamUri: app.url,
  eventsUri: app.url,
  sendEvents: false,
  logger: { debug: ignore, info: ignore, warn: ignore, error: console.error },
});
await client.waitForInitialization({ timeout: 10 });

const rounds: number[][] = [];
for (let round = 0; round <= ROUNDS; round += 1) {
  const delays: number[] = [];
  for (let toggle = 0; toggle < TOGGLES / ROUNDS; toggle += 1) {
    const updated = once(client, 'update:flag');
    const began = performance.now();
    const changed = app.put(onOff('flag', toggle % 2 === 0));
    await updated;
    delays.push(performance.now() - began);
    await changed;
  }
  // The first round only warms up.
  if (round > 0) rounds.push(delays);
}
report({ name: 'toggle to `update` event, median', unit: 'ms', values: rounds.map(median) });
report({
  name: 'toggle to `update` event, p99',
  unit: 'ms',
  values: rounds.map((delays) => quantile(delays, 0.99)),
});
client.close();
await app.close();
await store.close();
await database.close();
rmSync(folder, { recursive: true, force: true });
