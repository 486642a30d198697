import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createCursors } from '../../../../src/http/api/items/cursors.ts';

const cursors = createCursors(Buffer.alloc(32, 1));
const other = createCursors(Buffer.alloc(32, 2));

test.each(['1', 'söng ', '2026-01-01 id'])('the position %j comes back, in every instance', (position) => {
  const cursor = cursors.write(position, ['audit', 'actor=anna']);
  expect(createCursors(Buffer.alloc(32, 1)).read(cursor, ['audit', 'actor=anna'])).toBe(position);
});

/** What a client can make up that has read the source. */
function madeUp(position: string): string {
  const sum = createHash('sha256')
    .update(JSON.stringify([['log'], position]))
    .digest('hex')
    .slice(0, 24);
  return Buffer.from(`${sum}${position}`).toString('base64url');
}

const real = cursors.write('1', ['log']);
const bytes = Buffer.from(real, 'base64url');

test.each([
  ['of another list', cursors.write('1', ['keys'])],
  ['of another database', other.write('1', ['log'])],
  ['with another position', Buffer.concat([bytes.subarray(0, -1), Buffer.from('2')]).toString('base64url')],
  ['written in another way', `${real}=`],
  ['empty', ''],
  ...['1e30', 'NaN', '9007199254740993', '1 \0', '\0', 'x'].map((position) => ['made up', madeUp(position)]),
])('a cursor is refused that is %s: %j', (_why, cursor = '') => {
  expect(() => cursors.read(cursor, ['log'])).toThrow(/not one of this list/);
});
