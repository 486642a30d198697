import { fc } from '../../support/seeded-fast-check.ts';
import { expect, test } from 'vitest';
import { jsonEntries } from '../../../src/playlist/file/json-entries.ts';

function* inPieces(text: string, lengths: readonly number[]): Generator<string> {
  let start = 0;
  for (const length of lengths) {
    yield text.slice(start, start + length);
    start += length;
  }
  yield text.slice(start);
}

test('whatever a JSON list holds, and wherever it is cut while it is read, its elements come back', () => {
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue()),
      fc.constantFrom(undefined, 2, '\t'),
      fc.array(fc.nat(20)),
      (list, indent, lengths) => {
        const text = JSON.stringify(list, null, indent);
        const read = [...jsonEntries(inPieces(text, lengths))];
        expect(read.map((entry) => JSON.parse(entry.text) as unknown)).toEqual(JSON.parse(text));
        expect(read.map((entry) => entry.number)).toEqual(list.map((_, index) => index + 1));
      },
    ),
  );
});

test('an element knows the line on which it begins', () => {
  const entries = [...jsonEntries(['[\n1,\n\n {"a":\n2}', '\n,3\n]\n'])];
  expect(entries.map(({ line }) => line)).toEqual([2, 4, 6]);
});
