import { expect, test } from 'vitest';
import { warnOfProxies } from '../../../src/http/middleware/warn-of-proxies.ts';
import { appOf, listen } from '../../support/middleware-app.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';

test('a proxy that is not counted is named in the log once', async () => {
  const log = createRecordingLogger();
  const live = await listen(appOf(log, warnOfProxies(log)), log);
  await fetch(live.url);
  expect(log.messages('warn')).toEqual([]);
  for (let count = 0; count < 3; count += 1)
    await fetch(live.url, { headers: { 'x-forwarded-for': '192.0.2.1' } });
  expect(log.messages('warn')).toEqual([expect.stringContaining('TRUSTED_PROXIES')]);
  await live.close();
});
