import { expect, test } from 'vitest';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { cookieIn, dashboardClient, loggedIn } from '../../../support/dashboard-client.ts';
import { PROGRESSIVE_ROLLOUT } from '../../../support/site-app.ts';

const cardsIn = (html: string) =>
  [...html.matchAll(/<article class="flag-card[^>]*data-flag="([^"]+)"/g)].map(([, key]) => key);

test('the site’s flag is pinned above the list until a viewer pins others', async () => {
  const other = { ...PROGRESSIVE_ROLLOUT, key: 'other' };
  const app = await startDashboard({ flags: { 'progressive-rollout': PROGRESSIVE_ROLLOUT, other } });
  const viewer = await loggedIn(app, 'viewer');
  expect(cardsIn((await viewer.get('/dashboard')).html)).toEqual(['progressive-rollout']);
  const pinned = await viewer.post('/dashboard/pins', {
    key: 'other',
    pin: 'on',
    back: '/dashboard/flags/other',
  });
  expect(pinned).toMatchObject({ status: 303, location: '/dashboard/flags/other' });
  const again = dashboardClient(app, `${viewer.cookie}; ${cookieIn(pinned)}`);
  expect(cardsIn((await again.get('/dashboard')).html)).toEqual(['other', 'progressive-rollout']);
  const unpinned = await again.post('/dashboard/pins', { key: 'progressive-rollout', pin: 'off' });
  const last = dashboardClient(app, `${viewer.cookie}; ${cookieIn(unpinned)}`);
  expect(cardsIn((await last.get('/dashboard')).html)).toEqual(['other']);
  expect(cardsIn((await last.get('/dashboard?q=rollout')).html)).toEqual([]);
});
