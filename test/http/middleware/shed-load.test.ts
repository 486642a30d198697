import type { RequestHandler } from 'express';
import { expect, test } from 'vitest';
import { shedLoad } from '../../../src/http/middleware/shed-load.ts';
import { appOf, listen } from '../../support/middleware-app.ts';
import { askAs } from '../../support/attacked-program.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';

const ok: RequestHandler = (_req, res) => void res.send('ok');

test.each([
  ['a busy loop', 501, [200, 200, 503]],
  ['a loop that keeps up', 10, [200, 200, 200]],
])('with %s, an address over its number of requests in one round gets %j', async (_, busyMs, expected) => {
  let now = 0;
  const shedding = shedLoad({ now: () => now, limitMs: 500, servedAnyway: 2 });
  shedding.close();
  now = busyMs;
  const log = createRecordingLogger();
  const live = await listen(appOf(log, shedding.handler, ok), log);
  const statuses: number[] = [];
  for (let count = 0; count < 3; count += 1) statuses.push((await askAs('127.0.0.1', live.url, '/')).status);
  expect(statuses).toEqual(expected);
  await live.close();
});
