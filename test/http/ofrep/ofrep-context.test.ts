import { expect, test } from 'vitest';
import { ofrepContext } from '../../../src/http/ofrep/ofrep-context.ts';

test('the context stands in the body', () => {
  expect(ofrepContext({ context: { targetingKey: 'a' } })).toEqual({
    outcome: 'context',
    context: { kind: 'user', key: 'a' },
  });
});

test.each([[undefined], [null], ['x'], [[]]])('a body of %j is not parsed', (body) => {
  expect(ofrepContext(body)).toMatchObject({ outcome: 'refused', errorCode: 'PARSE_ERROR' });
});
