import { expect, test } from 'vitest';
import { freshApi } from '../support/api-app.ts';
import { webhookReceiver } from '../support/webhook-receiver.ts';

/** The client holds every answer against the document; this holds the document against what is served. */
test('every operation of the document succeeds, and answers as the document says', async () => {
  const receiver = await webhookReceiver();
  const { api, seenContexts } = await freshApi({ allowedTargets: ['127.0.0.1'] });

  await api.get('/health');
  await api.get('/ready');
  await api.get('/metrics');

  await api.post('/projects', { key: 'shop', name: 'Shop' });
  await api.post('/projects/default/environments', { key: 'staging' });
  await api.get('/projects');
  const settingsPath = '/projects/default/environments/staging/settings';
  await api.put(settingsPath, { secure_mode: true });
  await api.get(settingsPath);

  await api.post('/flags', {
    flag_name: 'new-ui',
    status: true,
    rollout_percentage: 50,
    definition: {
      on: false,
      variations: [true, false],
      offVariation: 1,
      fallthrough: { variation: 1 },
      targets: [{ variation: 0, values: ['alice'] }],
      rules: [
        {
          id: 'testers',
          clauses: [{ attribute: 'groups', op: 'in', values: ['beta_testers'] }],
          rollout: { variations: [{ variation: 0, weight: 100_000 }] },
        },
        {
          id: 'half',
          clauses: [{ attribute: 'country', op: 'in', values: ['US'] }],
          rollout: {
            variations: [
              { variation: 0, weight: 50_000 },
              { variation: 1, weight: 50_000 },
            ],
          },
        },
      ],
    },
  });
  await api.get('/flags');
  await api.get('/flags/new-ui');
  await api.put('/flags/new-ui', { description: 'The new one', comment: 'named at last' });
  await api.post('/flags/new-ui/promote', { from: 'production', to: 'staging', dry_run: true });
  await api.post('/flags/new-ui/promote', { from: 'production', to: 'staging' });

  await api.get('/users/alice/flags?country=US');
  await api.get('/users/alice/flags/new-ui?groups=beta_testers');
  await api.get('/flags/new-ui/explain?user_id=bob&groups=beta_testers');
  await api.post('/flags/new-ui/explain', { context: { kind: 'user', key: 'carol', age: 30 } });
  await api.delete('/contexts/user/zoe');
  seenContexts.add({ kind: 'user', key: 'dora' });
  await api.post('/flags/new-ui/preview', { status: false });

  await api.post('/segments', { segment_name: 'staff', definition: { included: ['alice'] } });
  await api.get('/segments');
  await api.get('/segments/staff');
  await api.put('/segments/staff', { tags: ['people'] });
  await api.delete('/segments/staff');

  const audit = await api.get('/audit?limit=100');
  await api.post(`/audit/${String(audit.at('/0/id'))}/undo`);

  const exported = await api.get('/export');
  await api.post('/import', exported.body);

  await api.get('/export/events?from=2020-01-01T00:00:00Z');

  const schedule = await api.post('/schedules', {
    flag_name: 'new-ui',
    action: 'off',
    at: '2090-01-01T00:00:00Z',
  });
  const schedulePath = `/schedules/${String(schedule.at('/id'))}`;
  await api.get('/schedules');
  await api.get(schedulePath);
  await api.delete(schedulePath);

  await api.put('/metrics-definitions/cart', {
    kind: 'count',
    event_key: 'add-to-cart',
    name: 'additions to the cart',
    direction: 'up',
  });
  await api.get('/metrics-definitions');
  const experiment = await api.post('/experiments', {
    name: 'The new one',
    flag_name: 'new-ui',
    rule: 'half',
    control: { variation: 1, name: 'Old' },
    treatments: [{ variation: 0, name: 'New' }],
    primary_metric: 'cart',
    other_metrics: ['playlist-error'],
  });
  const experimentPath = `/experiments/${String(experiment.at('/id'))}`;
  await api.post(`${experimentPath}/start`);
  await api.get('/experiments');
  await api.get(experimentPath);
  await api.get(`${experimentPath}/results`);
  await api.get(`${experimentPath}/results.csv`);
  await api.post(`${experimentPath}/stop`);
  await api.delete('/metrics-definitions/cart');
  await api.get('/releases/templates');
  const course = { stages: [{ share: 100, hold: '1m' }] };
  await api.put('/releases/templates/brave', { description: 'All at once', course });
  await api.get('/releases/templates/brave');
  await api.delete('/releases/templates/brave');
  await api.post('/flags', { flag_name: 'new-cover', status: true, rollout_percentage: 0 });
  await api.post('/releases/slowroll', {
    document: { a: { b: { stable: 1, new: 2, end_time: '2100-01-15 12:00Z', duration: '1d' } } },
  });
  await api.post('/releases/forecast', {
    flag: 'new-cover',
    from: 1,
    to: 0,
    template: 'fast',
    traffic: { newListenersPerSecond: 10 },
    runs: 10,
  });
  const release = await api.post('/releases', {
    flag: 'new-cover',
    from: 1,
    to: 0,
    start: 'manual',
    stages: [
      { share: 5, hold: '10m' },
      { share: 50, hold: '10m' },
      { share: 100, hold: '10m' },
    ],
    guards: [{ metric: 'playlist-error' }],
    approvals: [2],
  });
  const releasePath = `/releases/${String(release.at('/id'))}`;
  await api.get('/releases');
  for (const command of ['start', 'approve', 'advance', 'pause', 'resume', 'stop', 'rollback']) {
    await api.post(`${releasePath}/${command}`);
  }
  await api.get(releasePath);
  await api.get(`${releasePath}/decisions`);

  const webhook = await api.post('/webhooks', { url: receiver.url });
  const webhookPath = `/webhooks/${String(webhook.at('/webhook/id'))}`;
  await api.get('/webhooks');
  await api.get(webhookPath);
  await api.put(webhookPath, { description: 'mine' });
  await api.post(`${webhookPath}/rotate`, {});
  const sent = await api.post(`${webhookPath}/test`);
  await api.get(`${webhookPath}/deliveries`);
  await api.post(`${webhookPath}/deliveries/${String(sent.at('/id'))}/retry`);
  await api.delete(webhookPath);

  const key = await api.post('/keys', { kind: 'sdk', name: 'app' });
  await api.get('/keys');
  await api.get('/keys/events');
  await api.get('/audit/administration');
  await api.post('/cookie-secrets/rotate');
  const next = await api.post(`/keys/${String(key.at('/api_key/id'))}/rotate`, { grace_seconds: 60 });
  await api.delete(`/keys/${String(next.at('/api_key/id'))}`);

  await api.delete('/flags/new-ui');

  expect([...api.succeeded].toSorted()).toEqual(api.operations.map(({ id }) => id).toSorted());
});

test('the document is an OpenAPI 3.1 document whose references lead somewhere', async () => {
  const { url } = await freshApi();
  const text = await (await fetch(`${url}/openapi.json`)).text();
  const document: { readonly openapi: string; readonly components: { readonly [kind: string]: object } } =
    JSON.parse(text);
  expect(document.openapi).toMatch(/^3\.1\./);
  const references = [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)];
  expect(references.length).toBeGreaterThan(50);
  expect(
    references.filter(([, kind = '', name = '']) => !(name in (document.components[kind] ?? {}))),
  ).toEqual([]);
  expect(text).not.toContain('#/$defs/');
});
