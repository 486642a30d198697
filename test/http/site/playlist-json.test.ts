import request from 'supertest';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inventedTrack } from '../../support/memory-playlists.ts';
import { startSite, type SiteApp } from '../../support/site-app.ts';

let site: SiteApp;

beforeEach(async () => {
  site = await startSite({ tracks: Array.from({ length: 12 }, (_, index) => inventedTrack(index + 1)) });
});

afterEach(async () => {
  await site.close();
});

describe('the playlist as JSON', () => {
  test('of a beta tester', async () => {
    const { body, headers } = await request(site.url).get(
      '/api/playlist?user=alice&groups=beta_testers,staff&country=us&plan=premium&limit=2',
    );
    expect(body).toEqual({
      version: 'database',
      tracks: [inventedTrack(1), inventedTrack(2)],
      total: 12,
      next: 'at-2',
      flag: {
        key: 'progressive-rollout',
        value: true,
        variationIndex: 0,
        reason: { kind: 'RULE_MATCH', ruleIndex: 0, ruleId: 'beta-testers' },
        source: 'local',
      },
      listener: { key: 'alice', groups: ['beta_testers', 'staff'], country: 'US', plan: 'premium' },
    });
    expect(headers['cache-control']).toBe('no-store, private');
    expect(headers['vary']).toContain('Cookie');
  });

  test('of an anonymous listener is the top 10, whatever the query asks of the full list', async () => {
    const { body } = await request(site.url).get('/api/playlist?q=Song&limit=3&sort=artist');
    expect(body).toMatchObject({
      version: 'json',
      total: 10,
      next: null,
      flag: { value: false, variationIndex: 1, reason: { kind: 'FALLTHROUGH' }, source: 'local' },
      listener: { groups: [], country: null, plan: null },
    });
    expect(body.tracks).toHaveLength(10);
    expect(body.listener.key).toMatch(/^[\w-]{22}$/);
  });

  test('says so when the top 10 stands in', async () => {
    site.playlists.breakWith(new Error('disk I/O error'));
    const { status, body } = await request(site.url).get('/api/playlist?groups=beta_testers');
    expect(status).toBe(200);
    expect(body).toMatchObject({ version: 'json', total: 10, flag: { value: true } });
    expect(body.notice).toContain('counted against the new version');
    expect(site.takeLog()).toHaveLength(1);
  });
});
