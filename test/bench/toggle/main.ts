import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { init } from '@launchdarkly/node-server-sdk';
import { openDatabase } from '../../../src/store/sql/database.ts';
import { openSqlStore } from '../../../src/store/sql/sql-store.ts';
import { onOff, SDK_KEY, startSdkApp } from '../../support/sdk-app.ts';

/** From the call that toggles a flag, durable in SQLite, to the `update` event of an SDK that is connected by stream: `--toggles N` (default 200). */
const place = process.argv.indexOf('--toggles');
const TOGGLES = place === -1 ? 200 : Number(process.argv[place + 1]);
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

const at = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ??
  Number.NaN;
const medians: number[] = [];
const all: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const delays: number[] = [];
  for (let toggle = 0; toggle < TOGGLES / ROUNDS; toggle += 1) {
    const updated = once(client, 'update:flag');
    const began = performance.now();
    const changed = app.put(onOff('flag', toggle % 2 === 0));
    await updated;
    delays.push(performance.now() - began);
    await changed;
  }
  medians.push(at(delays, 0.5));
  all.push(...delays);
}
console.log(
  `toggle to update event, one process: median ${at(medians, 0.5).toFixed(2)} ms (rounds ${Math.min(...medians).toFixed(2)}–${Math.max(...medians).toFixed(2)}), p99 ${at(all, 0.99).toFixed(2)} ms, of ${all.length}`,
);
client.close();
await app.close();
await store.close();
await database.close();
rmSync(folder, { recursive: true, force: true });
