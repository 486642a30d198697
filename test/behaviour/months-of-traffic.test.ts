import { expect, test } from 'vitest';
import { retentionRules } from '../../src/app/start-retention.ts';
import { loadConfig } from '../../src/app/config.ts';
import { createKeys } from '../../src/access/keys.ts';
import { createRetentionRunner } from '../../src/store/retention/retention-runner.ts';
import { randomBytes } from 'node:crypto';
import {
  addDeliveries,
  addWebhook,
  DAY_MS,
  pageViews,
  report,
  rowCounts,
  summaries,
} from '../support/months-of-traffic.ts';
import { createRecordingLogger } from '../support/recording-logger.ts';
import { onBothDatabases } from '../support/sql-stores.ts';
import { AUTHOR, putFlag } from '../support/store-contract.ts';

/** Half a year, in steps of five days; a step has a moment of each kind of traffic. */
const STEPS = 36;
const STEP_MS = 5 * DAY_MS;
const VIEWS = 200;
/** As small as the moments are. */
const LIMITS = { maxMetricEvents: 1_500, maxExposures: 750 };

onBothDatabases((start) => {
  test('after 180 days of traffic no table has more rows than after 120, save the audit log', async () => {
    let now = Date.now() - STEPS * STEP_MS;
    const { database, store } = await start({ now: () => now });
    const keys = await createKeys({ database, now: () => now, random: randomBytes, pollMs: null });
    const log = createRecordingLogger();
    const rules = retentionRules({ ...loadConfig({}), ...LIMITS });
    const retention = createRetentionRunner({ database, rules, now: () => now, log, pauseMs: 0 });
    await addWebhook(database);
    let early: Readonly<Record<string, number>> = {};
    for (let step = 0; step < STEPS; step += 1) {
      now += STEP_MS;
      await report(database, now, `pages-${step}`, pageViews(now, VIEWS, 50));
      await report(database, now, `sdk-${step}`, summaries(now, 10, 3));
      await addDeliveries(database, `step-${step}`, 1, now);
      await keys.events.noteRefused(AUTHOR, 'key', `GET /refused/${step}`);
      await store.change(AUTHOR, putFlag('encore', { on: step % 2 === 0 }));
      await retention.sweep();
      // Refusals are kept the longest, for 90 days.
      if (step === 23) early = await rowCounts(database);
    }
    await keys.close();
    expect(log.messages('error')).toEqual([]);
    const late = await rowCounts(database);
    // Those with a limit of rows go up and down below it.
    const unlimited = Object.keys(late).filter((table) => !['exposures', 'metric_events'].includes(table));
    const grown = unlimited.filter((table) => (late[table] ?? 0) > (early[table] ?? 0) * 1.3 + 1);
    expect(grown.toSorted()).toEqual(['audit']);
    expect(late['metric_events']).toBeLessThanOrEqual(LIMITS.maxMetricEvents + 2 * VIEWS);
    // Their number is estimated from a sample, of pages with deleted rows among them.
    expect(late['exposures']).toBeLessThanOrEqual(LIMITS.maxExposures * 2.5);
    expect(late['exposures']).toBeGreaterThan(LIMITS.maxExposures * 0.4);
    expect(late['flag_counters']).toBeLessThanOrEqual(7 * 30);
    expect(late['key_events']).toBeLessThanOrEqual(19);
  });
});
