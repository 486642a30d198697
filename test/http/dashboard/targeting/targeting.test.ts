import { describe, expect, test } from 'vitest';
import { type FlagRule, OPERATORS, type Operator } from '../../../../src/evaluation/model.ts';
import { DEFAULT_ENVIRONMENT } from '../../../../src/store/store.ts';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { cookieIn, dashboardClient, flagIn, loggedIn, textOf } from '../../../support/dashboard-client.ts';
import { startApp } from '../../../support/running-app.ts';
import { valueLines } from '../../../../src/http/dashboard/targeting/value-lines.ts';
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

/** Values that each operator takes; text, numbers, and text that looks like a number. */
const VALUES: Readonly<Record<Operator, readonly (string | number | boolean | null)[]>> = {
  in: ['DE', 18, '18', true, null, ' spaced ', '{"a":1}'],
  startsWith: ['a', 'b'],
  endsWith: ['@example.com'],
  contains: ['“quoted” <b>', '\u202eright to left', '🎧'],
  matches: ['^a.*b$'],
  lessThan: [1.5],
  lessThanOrEqual: [-3],
  greaterThan: [0],
  greaterThanOrEqual: [1e6],
  before: ['2031-05-04T14:30:00Z'],
  after: [1_900_000_000_000],
  semVerEqual: ['1.2.3'],
  semVerLessThan: ['2.0.0'],
  semVerGreaterThan: ['0.1.0-beta.1'],
  segmentMatch: ['staff'],
};

/** A rule for each operator, with everything that the form has, as the API takes it. */
const RULES = OPERATORS.map((op, index): FlagRule => ({
  ...(index % 2 === 0 ? { description: `Rule of ${op}, “first” <b>` } : {}),
  clauses: [
    {
      ...(index % 3 === 0 && op !== 'segmentMatch' ? { contextKind: 'device' } : {}),
      attribute: op === 'segmentMatch' ? '' : 'name',
      op,
      values: VALUES[op],
      ...(index % 4 === 0 ? { negate: true } : {}),
    },
    { attribute: 'country', op: 'in', values: ['FR'] },
  ],
  ...(index % 3 === 0
    ? {
        rollout: {
          bucketBy: 'company',
          variations: [
            { variation: 0, weight: 12_500 },
            { variation: 1, weight: 87_500 },
          ],
        },
      }
    : { variation: index % 2 }),
}));

/** What a browser sends for these rules, each built anew. */
const RULE_FIELDS = Object.fromEntries(
  RULES.flatMap(({ description = '', clauses, variation, rollout }, at) => {
    const path = `rule.${at}`;
    return [
      [path, 'new'],
      [`${path}.description`, description],
      [`${path}.serve`, variation === undefined ? 'rollout' : String(variation)],
      ...[0, 1].map((index) => [
        `${path}.weight.${index}`,
        String((rollout?.variations[index]?.weight ?? 0) / 1_000),
      ]),
      [`${path}.bucketBy`, rollout?.bucketBy ?? ''],
      ...clauses.flatMap(({ contextKind = 'user', attribute, op, values, negate = false }, index) => [
        [`${path}.clause.${index}`, '1'],
        [`${path}.clause.${index}.kind`, contextKind],
        [`${path}.clause.${index}.attribute`, attribute],
        [`${path}.clause.${index}.op`, op],
        ...(negate ? [[`${path}.clause.${index}.negate`, 'on']] : []),
        [`${path}.clause.${index}.values`, valueLines(values).replaceAll('\n', '\r\n')],
      ]),
    ];
  }),
);

test('rules of every operator that are built here are byte for byte the ones that the API makes', async () => {
  const { url, key } = await startApp();
  const api = async (method: string, path: string, body?: object): Promise<string> => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${key('ADMIN_TOKEN')}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    expect(response.ok, text).toBe(true);
    return text;
  };
  await api('POST', '/segments', { segment_name: 'staff', definition: { included: ['alice'] } });
  for (const name of ['by-api', 'by-hand'])
    await api('POST', '/flags', { flag_name: name, status: true, rollout_percentage: 0 });
  await api('PUT', '/flags/by-api', { definition: { rules: RULES } });

  const login = await dashboardClient({ url }).post('/dashboard/login', { token: key('ADMIN_TOKEN') });
  const client = dashboardClient({ url }, cookieIn(login));
  const page = '/dashboard/flags/by-hand/targeting';
  const { html } = await client.get(page);
  const fields = {
    version: /name="version" value="(\d+)"/.exec(html)?.[1] ?? '',
    'default.serve': 'rollout',
    'default.weight.0': '0',
    'default.weight.1': '100',
    off: '1',
    ...RULE_FIELDS,
  };
  const saved = await client.post(page, { ...fields, do: 'save' });
  expect(saved.location, textOf(saved.html)).toContain('done=saved');

  const definitionOf = async (name: string) =>
    (await api('GET', `/flags/${name}`))
      .replaceAll(name, 'same')
      .match(/"definition":(.*),?/)![1]!
      .replace(/"salt":"[^"]*"/, '');
  expect(await definitionOf('by-hand')).toBe(await definitionOf('by-api'));
  expect(await definitionOf('by-hand')).toContain('Rule of in');
});
