import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { logPage, timePage } from '../../../../src/http/api/items/keyset-page.ts';

/** What a client can make up that has read the source. */
function madeUp(after: string): string {
  const sum = createHash('sha256')
    .update(JSON.stringify([['log'], after]))
    .digest('hex')
    .slice(0, 12);
  return Buffer.from(`${sum}${after}`).toString('base64url');
}

test.each(['1e30', 'NaN', '9007199254740993', '1 \0', '1 \u0007x', '\0'])(
  'a made-up cursor %j never reaches a database',
  async (after) => {
    const query = { limit: 10, cursor: madeUp(after) };
    await expect(logPage(['log'], query, async () => [])).rejects.toMatchObject({ code: 'invalid_cursor' });
    await expect(
      timePage(
        ['log'],
        query,
        async () => [],
        () => 0,
      ),
    ).rejects.toMatchObject({ code: 'invalid_cursor' });
  },
);
