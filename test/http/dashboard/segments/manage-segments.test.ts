import { describe, expect, test } from 'vitest';
import { DEFAULT_ENVIRONMENT, type SegmentRecord } from '../../../../src/store/store.ts';
import { type DashboardApp, startDashboard } from '../../../support/dashboard-app.ts';
import { loggedIn, textOf } from '../../../support/dashboard-client.ts';
import { TESTER } from '../../../support/tester.ts';

const PATH = '/dashboard/segments/staff';
const CLAUSE = {
  'rule.0': 'new',
  'rule.0.clause.0': '1',
  'rule.0.clause.0.kind': 'user',
  'rule.0.clause.0.attribute': 'email',
  'rule.0.clause.0.op': 'endsWith',
  'rule.0.clause.0.values': '@example.com',
  'rule.0.weight': '12.5',
};

const segmentIn = ({ store }: DashboardApp): SegmentRecord | undefined =>
  store.snapshot(DEFAULT_ENVIRONMENT)?.segments.get('staff');

async function withStaff() {
  const app = await startDashboard();
  const client = await loggedIn(app, 'operator');
  const made = await client.post('/dashboard/segments', { key: 'staff' });
  return { app, client, made };
}

describe('managing segments', () => {
  test('a segment is made, filled and listed', async () => {
    const { app, client, made } = await withStaff();
    expect(made.location).toBe(`${PATH}?done=segment-saved`);
    const fields = {
      version: 1,
      description: 'us <all>',
      included: 'alice\r\n bob \r\n\r\nalice',
      excluded: 'eve',
      ...CLAUSE,
    };
    const saved = await client.post(PATH, { ...fields, do: 'save' });
    expect(saved.location).toBe(`${PATH}?done=segment-saved`);
    expect(segmentIn(app)).toMatchObject({
      version: 2,
      description: 'us <all>',
      definition: {
        included: ['alice', 'bob'],
        excluded: ['eve'],
        rules: [
          { clauses: [{ attribute: 'email', op: 'endsWith', values: ['@example.com'] }], weight: 12_500 },
        ],
      },
    });
    expect((await client.get('/dashboard/segments')).html).toContain('us &lt;all&gt;');
    expect((await client.get(PATH)).html).toContain('value="12.5"');
  });

  test('steps of editing save nothing and lose nothing', async () => {
    const { app, client } = await withStaff();
    const added = await client.post(PATH, { version: 1, included: 'alice', do: 'add-rule' });
    expect(added.html).toContain('name="rule.0.clause.0.attribute"');
    expect(added.html).toContain('alice</textarea>');
    const second = await client.post(PATH, { version: 1, ...CLAUSE, do: 'add-clause:0' });
    expect(second.html).toContain('name="rule.0.clause.1.attribute"');
    expect(second.html).toContain('@example.com</textarea>');
    const removed = await client.post(PATH, { version: 1, ...CLAUSE, do: 'remove-rule:0' });
    expect(removed.html).not.toContain('name="rule.0"');
    expect(segmentIn(app)?.version).toBe(1);
  });

  test.each([
    [{ 'rule.0.clause.0.attribute': '' }, 'rule 1, condition 1: name an attribute'],
    [{ 'rule.0.clause.0.values': '' }, 'rule 1, condition 1: give at least one value'],
    [{ 'rule.0.weight': '101' }, 'rule 1: the share must be a percentage from 0 to 100'],
    [{ description: 'x'.repeat(2_001) }, 'The description is longer than 2,000 characters'],
  ])('%o is not saved, and says why', async (wrong, words) => {
    const { app, client } = await withStaff();
    const answer = await client.post(PATH, { version: 1, ...CLAUSE, ...wrong, do: 'save' });
    expect(answer.status).toBe(422);
    expect(textOf(answer.html)).toContain(words);
    expect(segmentIn(app)?.version).toBe(1);
  });

  test('two editors: the second sees the conflict, and keeps what was typed', async () => {
    const { app, client } = await withStaff();
    await client.post(PATH, { version: 1, included: 'alice', do: 'save' });
    const second = await client.post(PATH, { version: 1, included: 'bob', do: 'save' });
    expect(second.status).toBe(409);
    expect(second.html).toContain('bob</textarea>');
    expect(textOf(second.html)).toContain('The other change alice is listed now.');
    expect(textOf(second.html)).toContain('Your draft bob is listed now.');
    expect(second.html).toContain('name="version" value="2"');
    expect(segmentIn(app)?.definition.included).toEqual(['alice']);
  });

  test('a segment that a flag names cannot be deleted; another can, and is brought back', async () => {
    const { app, client } = await withStaff();
    const record = app.store.snapshot(DEFAULT_ENVIRONMENT)?.flags.get('progressive-rollout');
    if (record === undefined) throw new Error('no flag');
    const clauses = [{ attribute: '', op: 'segmentMatch' as const, values: ['staff'] }];
    const named = { ...record.definition, rules: [{ clauses, variation: 0 }] };
    const change = { type: 'put-flag', environment: DEFAULT_ENVIRONMENT, key: record.key } as const;
    await app.store.change(TESTER, { ...change, definition: named });
    expect((await client.get(PATH)).html).toContain('/dashboard/flags/progressive-rollout');
    const refused = await client.post(`${PATH}/delete`, { version: 1 });
    expect(refused.status).toBe(409);
    expect(textOf(refused.html)).toContain('progressive-rollout need it');
    await app.store.change(TESTER, { ...change, definition: record.definition });
    expect((await client.post(`${PATH}/delete`, { version: 1 })).location).toBe(
      '/dashboard/segments?done=segment-deleted',
    );
    const [entry] = await app.store.audit({ limit: 1 });
    await client.post('/dashboard/undo', { entry: entry?.id ?? 0, version: 'absent' });
    expect(segmentIn(app)).toBeDefined();
  });

  test('a viewer looks and changes nothing', async () => {
    const { app } = await withStaff();
    const viewer = await loggedIn(app, 'viewer');
    expect((await viewer.get(PATH)).html).toContain('<fieldset class="steps" disabled>');
    expect((await viewer.post(PATH, { version: 1, included: 'eve' })).status).toBe(403);
    expect((await viewer.post('/dashboard/segments', { key: 'mine' })).status).toBe(403);
  });

  test.each(['../x', '', 'staff'])('%j makes no segment', async (key) => {
    const { client } = await withStaff();
    expect([409, 422]).toContain((await client.post('/dashboard/segments', { key })).status);
  });
});
