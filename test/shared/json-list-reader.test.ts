import { expect, test } from 'vitest';
import { JsonListReader } from '../../src/shared/json-list-reader.ts';
import { fc } from '../support/seeded-fast-check.ts';

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
      fc.array(fc.oneof(fc.jsonValue(), fc.string({ unit: fc.constantFrom('\\', '"', 'a', ',', ']') }))),
      fc.constantFrom(undefined, 2, '\t'),
      fc.array(fc.nat(20)),
      (list, indent, lengths) => {
        const reader = new JsonListReader({
          maxLength: 1_000_000,
          onOversize: () => expect.fail('nothing is too large'),
        });
        const text = JSON.stringify(list, null, indent);
        const read = [...inPieces(text, lengths)].flatMap((piece) => [...reader.read(piece)]);
        reader.end();
        expect(read.map((entry) => JSON.parse(entry.text) as unknown)).toEqual(JSON.parse(text));
        expect(read.map((entry) => entry.number)).toEqual(list.map((_, index) => index + 1));
      },
    ),
  );
});

test('an element knows the line on which it begins, and how many brackets and commas it has', () => {
  const reader = new JsonListReader({
    maxLength: 100,
    onOversize: () => expect.fail('nothing is too large'),
  });
  const entries = ['[\n1,\n\n {"a":\n[2,",[{"]}', '\n,3\n]\n'].flatMap((piece) => [...reader.read(piece)]);
  expect(entries.map(({ line, tokens }) => [line, tokens])).toEqual([
    [2, 0],
    [4, 3],
    [6, 0],
  ]);
});

test.each([
  ['too long', '"0123456789"'],
  ['too much once it is parsed', '[[],[],[]]'],
])('an element that is %s is left out, wherever it is cut, and is not kept meanwhile', (_why, large) => {
  for (let cut = 1; cut < large.length + 3; cut += 1) {
    const over: number[] = [];
    const reader = new JsonListReader({
      maxLength: 10,
      maxTokens: 5,
      onOversize: ({ number }) => over.push(number),
    });
    const text = `[1,${large},3]`;
    const read = [...inPieces(text, [cut])].flatMap((piece) => [...reader.read(piece)]);
    expect(read.map((entry) => entry.text)).toEqual(['1', '3']);
    expect(over).toEqual([2]);
    expect(reader.pending).toEqual({ length: 0, tokens: 0 });
  }
});
