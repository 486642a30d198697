import { describe, expect, test } from 'vitest';
import { DEFAULT_ENVIRONMENT } from '../../../../src/store/store.ts';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { flagIn, loggedIn, textOf, CHANGES } from '../../../support/dashboard-client.ts';
import { PROGRESSIVE_ROLLOUT } from '../../../support/site-app.ts';
import { TESTER } from '../../../support/tester.ts';

describe('the controls of a flag card', () => {
  test.each([
    [{ change: 'off' }, { on: false }, 'turned it off'],
    [{ change: 'kill' }, { on: false }, 'used the kill switch'],
    [
      { change: 'share', percentage: '25' },
      {
        fallthrough: {
          rollout: {
            variations: [
              { variation: 0, weight: 25_000 },
              { variation: 1, weight: 75_000 },
            ],
          },
        },
      },
      'changed the rollout from 0 % to 25 %',
    ],
    [
      { change: 'share', percentage: '0.125' },
      {
        fallthrough: {
          rollout: {
            variations: [
              { variation: 0, weight: 125 },
              { variation: 1, weight: 99_875 },
            ],
          },
        },
      },
      'changed the rollout from 0 % to 0.125 %',
    ],
    [
      { change: 'share', percentage: ' 12,5 ' },
      {
        fallthrough: {
          rollout: {
            variations: [
              { variation: 0, weight: 12_500 },
              { variation: 1, weight: 87_500 },
            ],
          },
        },
      },
      'changed the rollout from 0 % to 12.5 %',
    ],
    [
      { change: 'add-target', user: ' alice ', variation: 0 },
      { targets: [{ variation: 0, values: ['alice'] }] },
      'targeted alice with true',
    ],
    [
      { change: 'client-side', visible: 'true' },
      { clientSideAvailability: { usingEnvironmentId: true, usingMobileKey: true } },
      'changed who sees it: browser and mobile SDKs as well',
    ],
  ])('%o makes the flag %o and says that somebody %s', async (fields, expected, words) => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'operator');
    const answer = await client.post(CHANGES, { ...fields, version: 1 });
    expect(answer.status).toBe(303);
    expect(answer.location).toMatch(
      /^\/dashboard\?done=[\w-]+&flag=progressive-rollout#f-progressive-rollout$/,
    );
    expect(flagIn(app).definition).toMatchObject(expected);
    expect(textOf((await client.get('/dashboard')).html)).toContain(`operator-of-the-test ${words}`);
  });

  test.each([
    [{ change: 'share', percentage: '101' }, 'expected a percentage from 0 to 100'],
    [{ change: 'share', percentage: '-1' }, 'expected a percentage from 0 to 100'],
    [{ change: 'share', percentage: '0.0001' }, 'at most three decimals'],
    [{ change: 'share', percentage: '<b>' }, 'got &#34;&lt;b&gt;&#34;'],
    [{ change: 'share' }, 'expected a percentage; got nothing'],
    [{ change: 'add-target', user: '  ', variation: 0 }, 'expected a user’s key'],
    [{ change: 'add-target', user: 'a\u0000b', variation: 0 }, 'without control characters'],
    [{ change: 'add-target', user: 'x'.repeat(257), variation: 0 }, 'at most 256 characters'],
    [{ change: 'add-target', user: 'alice', variation: 7 }, '7 is not the index of one'],
    [{ change: 'explode' }, 'That form is not valid'],
  ])('%o is refused in words, on the same page', async (fields, words) => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'operator');
    const answer = await client.post(CHANGES, { ...fields, version: 1 });
    expect(answer.status).toBe(422);
    expect(answer.html).toContain(words);
    expect(answer.html).toContain('id="f-progressive-rollout"');
    expect(flagIn(app).version).toBe(1);
    expect(app.errors).toEqual([]);
  });

  test('what is named can be unnamed, whatever its name', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'operator');
    const user = '"><script>alert(1)</script> & Söhne';
    await client.post(CHANGES, { change: 'add-target', user, variation: 1, version: 1 });
    expect((await client.get('/dashboard')).html).not.toContain('<script>alert');
    await client.post(CHANGES, { change: 'remove-target', user, version: 2 });
    expect(flagIn(app).definition.targets).toEqual([]);
  });

  test('a form of the flag’s page leads back to it', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'operator');
    const answer = await client.post(CHANGES, { change: 'off', version: 1, back: 'flag' });
    expect(answer.location).toBe('/dashboard/flags/progressive-rollout?done=off&flag=progressive-rollout');
    const page = await client.get(answer.location ?? '');
    expect(textOf(page.html)).toContain('progressive-rollout is off.');
  });

  test('a flag that is no share of true and false has no fader, and keeps its other controls', async () => {
    const theme = {
      ...PROGRESSIVE_ROLLOUT,
      key: 'theme',
      variations: ['plain', 'neon'],
      offVariation: 0,
      fallthrough: {
        rollout: {
          variations: [
            { variation: 0, weight: 60_000 },
            { variation: 1, weight: 40_000 },
          ],
        },
      },
    };
    const app = await startDashboard({ flags: { theme } });
    const client = await loggedIn(app, 'operator');
    const { html } = await client.get('/dashboard/flags/theme');
    expect(html).not.toContain('type="range"');
    expect(textOf(html)).toContain('Everyone else → get 60 % plain , 40 % neon');
    const answer = await client.post('/dashboard/flags/theme/changes', {
      change: 'share',
      percentage: '5',
      version: 1,
    });
    expect(answer.status).toBe(422);
    expect(textOf(answer.html)).toContain('theme has other variations than true and false');
    expect((await client.post('/dashboard/flags/theme/changes', { change: 'kill', version: 1 })).status).toBe(
      303,
    );
  });
});

describe('when somebody else was first', () => {
  test('nothing is swept away, and the same can be sent again for what is there now', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'operator');
    await app.store.change(TESTER, {
      type: 'put-flag',
      environment: DEFAULT_ENVIRONMENT,
      key: PROGRESSIVE_ROLLOUT.key,
      definition: { ...PROGRESSIVE_ROLLOUT, on: false },
    });
    const late = await client.post(CHANGES, { change: 'share', percentage: '50', version: 1 });
    expect(late.status).toBe(409);
    expect(textOf(late.html)).toContain(
      'progressive-rollout was changed after your page was loaded You wanted to change the rollout to 50 %',
    );
    expect(flagIn(app)).toMatchObject({ version: 2, definition: { on: false } });

    const again =
      /<form method="post" action="([^"]+)" data-swap>([\s\S]*?)<button class="button" id="again">/.exec(
        late.html,
      );
    const fields = Object.fromEntries(
      [...(again?.[2] ?? '').matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [
        name,
        value ?? '',
      ]),
    );
    expect((await client.send(again?.[1] ?? '', fields, { origin: app.url })).status).toBe(303);
    expect(flagIn(app)).toMatchObject({ version: 3, definition: { on: false } });
    expect(flagIn(app).definition.fallthrough.rollout?.variations[0]?.weight).toBe(50_000);
  });

  test('the kill switch works on whatever is there', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'operator');
    await app.store.change(TESTER, {
      type: 'put-flag',
      environment: DEFAULT_ENVIRONMENT,
      key: PROGRESSIVE_ROLLOUT.key,
      definition: { ...PROGRESSIVE_ROLLOUT, fallthrough: { variation: 0 } },
    });
    expect((await client.post(CHANGES, { change: 'kill', version: 1 })).status).toBe(303);
    expect(flagIn(app).definition).toMatchObject({ on: false, fallthrough: { variation: 0 } });
  });

  test('a flag that is gone is said to be gone', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'operator');
    await app.store.change(TESTER, {
      type: 'delete-flag',
      environment: DEFAULT_ENVIRONMENT,
      key: PROGRESSIVE_ROLLOUT.key,
    });
    const answer = await client.post(CHANGES, { change: 'off', version: 1 });
    expect(answer.status).toBe(409);
    expect(textOf(answer.html)).toContain('That flag was deleted');
    expect(textOf(answer.html)).toContain('Bring back');
  });

  test('an undo does not sweep away what came after the page was made', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'operator');
    await client.post(CHANGES, { change: 'share', percentage: '50', version: 1 });
    const [entry] = await app.store.audit({ limit: 1 });
    await client.post(CHANGES, { change: 'off', version: 2 });
    const late = await client.post('/dashboard/undo', { entry: entry?.id ?? 0, version: 2 });
    expect(late.status).toBe(409);
    expect(textOf(late.html)).toContain('Nothing was undone It was changed after your page was loaded');
    expect(flagIn(app).version).toBe(3);
  });
});
