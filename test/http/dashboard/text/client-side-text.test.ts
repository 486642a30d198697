import { expect, test } from 'vitest';
import type { Flag } from '../../../../src/evaluation/model.ts';
import { clientSideText } from '../../../../src/http/dashboard/text/client-side-text.ts';
import { PROGRESSIVE_ROLLOUT } from '../../../support/site-app.ts';

const available = (usingEnvironmentId: boolean, usingMobileKey: boolean): Partial<Flag> => ({
  clientSideAvailability: { usingEnvironmentId, usingMobileKey },
});

test.each<readonly [Partial<Flag>, string]>([
  [available(true, true), 'Browser and mobile SDKs can see this flag.'],
  [available(true, false), 'Browser SDKs can see this flag; mobile SDKs cannot.'],
  [available(false, true), 'Mobile SDKs can see this flag; browser SDKs cannot.'],
  [available(false, false), 'Browser and mobile SDKs cannot see this flag.'],
  // What SDKs make of flags that are older than the setting.
  [{}, 'Mobile SDKs can see this flag; browser SDKs cannot.'],
  [{ clientSide: true }, 'Browser and mobile SDKs can see this flag.'],
])('a flag with %o: %s', (fields, sentence) => {
  expect(clientSideText({ ...PROGRESSIVE_ROLLOUT, ...fields })).toBe(sentence);
});
