import { describe, expect, test } from 'vitest';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { flagIn, loggedIn, textOf } from '../../../support/dashboard-client.ts';

describe('creating flags', () => {
  test('a new flag is off and serves true or false', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'operator');
    const answer = await client.post('/dashboard/flags', {
      key: ' new-player ',
      description: 'Plays <music>',
    });
    expect(answer.location).toBe('/dashboard/flags/new-player?done=created&flag=new-player');
    expect(flagIn(app, 'new-player')).toMatchObject({
      description: 'Plays <music>',
      definition: {
        on: false,
        variations: [true, false],
        offVariation: 1,
        fallthrough: { rollout: { variations: [{ weight: 0 }, { weight: 100_000 }] } },
      },
    });
    expect((await client.get('/dashboard')).html).toContain('Plays &lt;music&gt;');
  });

  test.each([
    [{ key: '' }, 422, 'expected a letter or a digit'],
    [{ key: '../etc' }, 422, 'expected a letter or a digit'],
    [{ key: '__proto__' }, 422, 'expected a letter or a digit'],
    [{ key: 'a'.repeat(257) }, 422, 'expected a letter or a digit'],
    [{ key: 'fine', description: 'x'.repeat(2_001) }, 422, 'at most 2,000 characters'],
    [{ key: 'progressive-rollout' }, 409, 'There is a flag called progressive-rollout already'],
  ])('%o comes back with what was typed and what is wrong', async (fields, status, words) => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'operator');
    const answer = await client.post('/dashboard/flags', fields);
    expect(answer.status).toBe(status);
    expect(textOf(answer.html)).toContain(words);
    expect(answer.html).toContain(`name="key" value="${fields.key}"`);
  });
});
