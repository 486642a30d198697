import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { REPORTING } from '../../../src/experiment/counting/arm-totals.ts';
import { type Database, openDatabase } from '../../../src/store/sql/database.ts';
import { did, openExperiments, recomputed, served } from '../../support/experiment-app.ts';
import { postgresBinaries } from '../../support/postgres-binaries.ts';
import { usePostgres } from '../../support/postgres.ts';
import { spawnRunningProgram } from '../../support/spawned-program.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const NOW = 1_800_000_000_000;

async function countsOf(database: Database, id: string) {
  const found = await recomputed(database, id);
  const of = (metric: number, field: 'units' | 'x') =>
    Object.fromEntries(
      found.kept.filter((each) => each.metric === metric).map((each) => [each.variation, each[field]]),
    );
  return { units: of(REPORTING, 'units'), plays: of(0, 'x'), differences: found.differences };
}

describe.skipIf(postgresBinaries() === undefined)('on PostgreSQL', () => {
  const postgres = usePostgres();

  test('two instances count the same listeners at once, and lose and double nothing', async () => {
    const url = await (await postgres()).freshDatabase();
    const [one, other] = [
      await openExperiments(() => NOW, { kind: 'postgres', url }),
      await openExperiments(() => NOW, { kind: 'postgres', url }),
    ];
    const version = (await one.split(50)) + 1;
    const id = await one.start('play');
    const payload = (turn: number) => ({
      id: `payload-${turn}`,
      events: Array.from({ length: 30 }, (_, place) => {
        const user = (place * 7 + turn * 13) % 30;
        return [served(`user-${user}`, user % 2, NOW, version), did(`user-${user}`, 'play', NOW)];
      }).flat(),
    });
    await Promise.all(
      // Every payload comes to both.
      Array.from({ length: 12 }, (_, turn) => [one.write(payload(turn)), other.write(payload(turn))]).flat(),
    );
    expect(await countsOf(one.database, id)).toEqual({
      units: { 0: 15, 1: 15 },
      plays: { 0: 15 * 12, 1: 15 * 12 },
      differences: [],
    });
    await one.close();
    await other.close();
  });
});

describe('a process that is killed', () => {
  test('has lost nothing that it acknowledged, and counts nothing twice that is sent again', async () => {
    const env = {
      DATA_DIR: temporaryFolder(),
      ADMIN_TOKEN: 'admin-of-the-test-suite-0123456789',
      SDK_KEY: 'sdk-of-the-test-suite-0123456789',
    };
    let program = await spawnRunningProgram(env);
    const admin = async (method: string, path: string, body: object = {}) => {
      const response = await fetch(program.url + path, {
        method,
        headers: { authorization: `Bearer ${env.ADMIN_TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect(response.ok).toBe(true);
      return z.looseObject({ id: z.coerce.string().optional() }).parse(await response.json());
    };
    await admin('POST', '/flags', { flag_name: 'checkout', status: true, rollout_percentage: 50 });
    const { id = '' } = await admin('POST', '/experiments', {
      name: 'Checkout',
      flag_name: 'checkout',
      control: { variation: 1, name: 'Old' },
      treatments: [{ variation: 0, name: 'New' }],
      primary_metric: 'play',
    });
    await admin('POST', `/experiments/${id}/start`);

    const send = (payload: number): Promise<Response> => {
      const context = { kind: 'user', key: `user-${payload % 50}` };
      const variation = payload % 2;
      const feature = { key: 'checkout', version: 2, variation, value: variation === 0, default: false };
      return fetch(`${program.url}/bulk`, {
        method: 'POST',
        headers: {
          authorization: env.SDK_KEY,
          'content-type': 'application/json',
          'x-launchdarkly-event-schema': '4',
          'x-launchdarkly-payload-id': `payload-${payload}`,
        },
        body: JSON.stringify([
          { kind: 'feature', creationDate: Date.now(), context, reason: { kind: 'FALLTHROUGH' }, ...feature },
          { kind: 'custom', creationDate: Date.now() + 60_000, key: 'play', context },
        ]),
      });
    };
    const isAcknowledged = async (payload: number): Promise<boolean> =>
      await send(payload).then(
        ({ status }) => status === 202,
        () => false,
      );
    const all = Array.from({ length: 200 }, (_, payload) => payload);
    const first = all.map(isAcknowledged);
    await first[0];
    program.child.kill('SIGKILL');
    const acknowledged = await Promise.all(first);
    await program.exitCode;
    program = await spawnRunningProgram(env);
    // An SDK sends again what was not acknowledged; some also repeat what was.
    for (const payload of all) {
      if (acknowledged[payload] !== true || payload % 5 === 0)
        expect(await isAcknowledged(payload)).toBe(true);
    }
    const database = await openDatabase(
      { kind: 'sqlite', file: join(env.DATA_DIR, 'dj-toggle.db') },
      { migrate: false },
    );
    expect(await countsOf(database, id)).toEqual({
      units: { 0: 25, 1: 25 },
      plays: { 0: 100, 1: 100 },
      differences: [],
    });
    await database.close();
  });
});
