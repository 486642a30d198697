import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { generateKey } from '../../../src/access/key-format.ts';
import { loggablePath } from '../../../src/http/middleware/loggable-path.ts';

const ENV = 'env-of-the-page';
const B64 = Buffer.from('{"kind":"user","key":"alice"}').toString('base64url');
const KEY = generateKey('sdk', randomBytes);

test.each([
  ['/flags/progressive-rollout', '/flags/progressive-rollout'],
  ['/?user=alice', '/'],
  [`/sdk/evalx/${ENV}/contexts/${B64}?h=1`, '/sdk/evalx/*/contexts/*'],
  [`/sdk/evalx/${ENV}/context`, '/sdk/evalx/*/context'],
  [`/msdk/evalx/users/${B64}`, '/msdk/evalx/users/*'],
  [`/eval/${ENV}/${B64}`, '/eval/*/*'],
  [`/meval/${B64}`, '/meval/*'],
  [`/ping/${ENV}`, '/ping/*'],
  [`/events/bulk/${ENV}`, '/events/bulk/*'],
  [`/a/${ENV}.gif?d=${B64}`, '/a/*'],
  [`/sdk/goals/${ENV}`, '/sdk/goals/*'],
  [`/sdk/poll/eval/${B64}?auth=${ENV}`, '/sdk/poll/eval/*'],
  [`/sdk/stream?basis=${ENV}`, '/sdk/stream'],
  ['/users/alice/flags/dark', '/users/*/flags/*'],
  ['/events', '/events'],
  [`/keys/${KEY}`, '/keys/*'],
])('%s is logged as %s', (url, logged) => {
  expect(loggablePath(url)).toBe(logged);
});
