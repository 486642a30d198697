import { describe, expect, test } from 'vitest';
import { DEFAULT_ENVIRONMENT } from '../../../../src/store/store.ts';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { flagIn, loggedIn, textOf } from '../../../support/dashboard-client.ts';
import { PROGRESSIVE_ROLLOUT } from '../../../support/site-app.ts';
import { TESTER } from '../../../support/tester.ts';

const PAGE = '/dashboard/flags/progressive-rollout/targeting';

/** The form of the flag as it is: beta testers get true, everyone else false. */
const FORM = {
  version: '1',
  'rule.0': '0',
  'rule.0.clause.0': '1',
  'rule.0.clause.0.kind': 'user',
  'rule.0.clause.0.attribute': 'groups',
  'rule.0.clause.0.op': 'in',
  'rule.0.clause.0.values': 'beta_testers',
  'rule.0.serve': '0',
  'rule.0.weight.0': '0',
  'rule.0.weight.1': '0',
  'default.serve': '1',
  'default.weight.0': '0',
  'default.weight.1': '0',
  off: '1',
};

async function start(role: 'viewer' | 'operator' = 'operator') {
  const app = await startDashboard();
  return { app, client: await loggedIn(app, role) };
}

describe('the targeting of a flag', () => {
  test('is reviewed first: what changes, for whom, and nothing is saved', async () => {
    const { app, client } = await start();
    for (const key of ['a', 'b']) app.seenContexts.add({ kind: 'user', key });
    const { html, status } = await client.post(PAGE, { ...FORM, 'default.serve': '0', do: 'review' });
    expect(status).toBe(200);
    expect(textOf(html)).toContain('The default rule serves true instead of false.');
    expect(textOf(html)).toContain(
      '2 of the last 2 listeners would get something else: 2 from false to true',
    );
    expect(html).toContain('value="save"');
    expect(flagIn(app).version).toBe(1);
  });

  test('is saved once, with a comment', async () => {
    const { app, client } = await start();
    const fields = {
      ...FORM,
      'rule.0.clause.0.values': 'beta_testers\r\nstaff',
      comment: 'Staff see it too',
      do: 'save',
    };
    expect(await client.post(PAGE, fields)).toMatchObject({
      status: 303,
      location: `${PAGE}?done=saved&flag=progressive-rollout`,
    });
    expect(flagIn(app).definition.rules).toEqual([
      {
        id: 'beta-testers',
        clauses: [{ attribute: 'groups', op: 'in', values: ['beta_testers', 'staff'] }],
        variation: 0,
      },
    ]);
    const [entry] = await app.store.audit({ limit: 1 });
    expect(entry?.author).toMatchObject({ comment: 'Staff see it too', via: 'dashboard' });
  });

  test.each([
    ['add-rule', 'Rule 2'],
    ['add-clause:0', 'Remove condition 2 of rule 1'],
    ['remove-clause:0:0', 'Without a condition it matches everyone.'],
  ])('is edited step by step by “%s”, and what was typed stays', async (step, text) => {
    const { app, client } = await start();
    const { html } = await client.post(PAGE, { ...FORM, comment: 'typed', do: step });
    expect(html).toContain(text);
    expect(html).toContain('value="typed"');
    expect(flagIn(app).version).toBe(1);
  });

  test.each([
    [{ 'rule.0.clause.0.attribute': '' }, 'rule 1, condition 1: name an attribute.'],
    [{ 'rule.0.clause.0.op': 'matches', 'rule.0.clause.0.values': '(' }, 'expected a regular expression'],
    [{ 'default.serve': 'rollout' }, 'the percentages add up to 0 %'],
  ])('with %o is not saved, and says why', async (fields, problem) => {
    const { app, client } = await start();
    const { html, status } = await client.post(PAGE, { ...FORM, ...fields, do: 'save' });
    expect(status).toBe(422);
    expect(textOf(html)).toContain('This cannot be saved yet');
    expect(textOf(html)).toContain(problem);
    expect(flagIn(app).version).toBe(1);
  });

  test('that somebody else changed meanwhile shows both changes, loses nothing, and can then be saved', async () => {
    const { app, client } = await start();
    await app.store.change(TESTER, {
      type: 'put-flag',
      environment: DEFAULT_ENVIRONMENT,
      key: PROGRESSIVE_ROLLOUT.key,
      definition: { ...PROGRESSIVE_ROLLOUT, on: false },
    });
    const fields = { ...FORM, 'default.serve': '0', comment: 'mine' };
    const { html, status } = await client.post(PAGE, { ...fields, do: 'save' });
    expect(status).toBe(409);
    expect(textOf(html)).toContain(
      'The other change It is switched off. Your draft The default rule serves true instead of false.',
    );
    expect(html).toContain('value="mine"');
    expect(flagIn(app).version).toBe(2);
    expect((await client.post(PAGE, { ...fields, version: '2', do: 'save' })).status).toBe(303);
    expect(flagIn(app).definition).toMatchObject({ on: false, fallthrough: { variation: 0 } });
  });

  test('is shown to viewers, and not theirs to change', async () => {
    const { app, client } = await start('viewer');
    expect((await client.get(PAGE)).html).toContain('<fieldset class="steps" disabled>');
    expect((await client.post(PAGE, { ...FORM, do: 'save', 'default.serve': '0' })).status).toBe(403);
    expect(flagIn(app).version).toBe(1);
  });
});
