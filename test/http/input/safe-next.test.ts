import { describe, expect, test } from 'vitest';
import { safeNext } from '../../../src/http/input/safe-next.ts';

describe('where to go next', () => {
  test.each(['/', '/dashboard', '/dashboard/flags/a?x=1&y=%20#top', '/a//b', '/?next=https://evil.example'])(
    '%s is of this site',
    (path) => {
      expect(safeNext(path)).toBe(path);
    },
  );

  test.each([
    'https://evil.example',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/..//evil.example',
    '/.//evil.example',
    '/%5cevil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    '%0d%0aSet-Cookie:x',
    '/%0d%0aSet-Cookie:x',
    '/\r\nSet-Cookie: x',
    '/\0',
    'dashboard',
    '',
    `/${'x'.repeat(2_000)}`,
    undefined,
    ['/dashboard'],
  ])('%j is not', (path) => {
    expect(safeNext(path)).toBe('/');
  });
});
