import { expect, test } from 'vitest';
import { oncePer } from '../../src/shared/once-per.ts';

test('a value is made once for each object, undefined too', () => {
  const asked: object[] = [];
  const nameOf = oncePer((key: { readonly name?: string }) => {
    asked.push(key);
    return key.name;
  });
  const [anna, unnamed] = [{ name: 'anna' }, {}];
  expect([nameOf(anna), nameOf(unnamed), nameOf(anna), nameOf(unnamed)]).toEqual([
    'anna',
    undefined,
    'anna',
    undefined,
  ]);
  expect(asked).toEqual([anna, unnamed]);
});
