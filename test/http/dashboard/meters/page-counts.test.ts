import { expect, test } from 'vitest';
import { createPageCounts, isSiteFlag, SLOW_MS } from '../../../../src/http/dashboard/meters/page-counts.ts';
import { DEFAULT_ENVIRONMENT } from '../../../../src/store/store.ts';

test('pages, errors and slow pages are counted for the version that the flag chose', () => {
  const pages = createPageCounts(() => 1);
  pages.page(true, SLOW_MS + 1);
  pages.page(true, SLOW_MS);
  pages.error(true);
  // Any other value than `true` chooses the old version.
  for (const value of [false, 'true', null]) pages.page(value, 1);
  expect(pages.counts()).toEqual([
    { isNew: true, pages: 2, errors: 1, slow: 1 },
    { isNew: false, pages: 3, errors: 0, slow: 0 },
  ]);
});

test('counting begins again when the flag changes', () => {
  let version: number | undefined = 1;
  const pages = createPageCounts(() => version);
  pages.page(false, 1_000);
  version = undefined;
  expect(pages.counts().map((count) => count.pages)).toEqual([0, 0]);
  pages.page(false, 1);
  expect(pages.counts()[1]).toEqual({ isNew: false, pages: 1, errors: 0, slow: 0 });
});

test.each([
  [DEFAULT_ENVIRONMENT, 'progressive-rollout', true],
  [DEFAULT_ENVIRONMENT, 'dark-mode', false],
  [{ ...DEFAULT_ENVIRONMENT, environment: 'staging' }, 'progressive-rollout', false],
])('in %o the flag %s decides the site: %s', (environment, key, expected) => {
  expect(isSiteFlag(environment, key)).toBe(expected);
});
