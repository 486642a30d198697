import { describe, expect, test } from 'vitest';
import type { ExpectedType } from '../../../src/evaluation/evaluator.ts';
import type { Context, JsonValue } from '../../../src/evaluation/model.ts';
import { ANNA, asContext, evaluatorOf, flag } from '../../support/flag-builders.ts';

const error = (errorKind: string, value: JsonValue = 'default'): object => ({
  value,
  variationIndex: null,
  reason: { kind: 'ERROR', errorKind },
});

/** A context whose attributes cannot be read. */
const TRAP: Context = asContext(
  new Proxy(
    { kind: 'user', key: 'anna' },
    {
      get: () => {
        throw new Error('a trap');
      },
    },
  ),
);

const evaluator = evaluatorOf([flag(), flag({ key: 'gone', deleted: true }), flag({ key: 'bad', rules: 5 })]);

describe('what is wrong is reported, with the caller’s default whatever it is', () => {
  test.each<[string, string, Context, string]>([
    ['an unknown flag', 'unknown', ANNA, 'FLAG_NOT_FOUND'],
    ['a name that every object knows', 'toString', ANNA, 'FLAG_NOT_FOUND'],
    ['the name of the prototype', '__proto__', ANNA, 'FLAG_NOT_FOUND'],
    ['a deleted flag', 'gone', ANNA, 'FLAG_NOT_FOUND'],
    ['a malformed flag', 'bad', ANNA, 'MALFORMED_FLAG'],
    ['a context without a key', 'flag', asContext({ kind: 'user' }), 'USER_NOT_SPECIFIED'],
    ['no context, and an unknown flag', 'unknown', asContext(null), 'USER_NOT_SPECIFIED'],
    ['a context that cannot be read', 'flag', TRAP, 'EXCEPTION'],
  ])('%s', (_name, key, context, kind) => {
    for (const value of ['default', null, 5, { x: [1] }]) {
      expect(evaluator.evaluate(key, context, value)).toStrictEqual(error(kind, value));
    }
    expect(evaluator.explain(key, context).detail).toStrictEqual(error(kind, null));
  });

  test.each<[string, Context, string]>([
    ['unknown', ANNA, 'There is no flag "unknown", so the default is served.'],
    ['flag', asContext(5), 'The context is not valid, so the default is served.'],
    ['flag', TRAP, 'The evaluation failed, so the default is served.'],
  ])('%s: an explanation has one step, and that is its summary', (key, context, summary) => {
    const { detail, summary: told, steps } = evaluator.explain(key, context);
    expect(told).toBe(summary);
    expect(steps).toEqual([
      { kind: 'outcome', depth: 0, matched: false, text: summary, data: { reason: detail.reason } },
    ]);
  });
});

describe('an expected type', () => {
  const VALUES: readonly JsonValue[] = [true, 'text', 5, null, ['list'], { an: 'object' }];
  const FITTING: Readonly<Record<ExpectedType, readonly JsonValue[]>> = {
    boolean: [true],
    string: ['text'],
    number: [5],
    json: VALUES,
  };

  test.each(Object.keys(FITTING) as ExpectedType[])(
    '%s takes what it should, and nothing else',
    (expectedType) => {
      for (const value of VALUES) {
        const detail = evaluatorOf([flag({ variations: [value] })]).evaluate('flag', ANNA, 'default', {
          expectedType,
        });
        expect(detail).toEqual(
          FITTING[expectedType].includes(value)
            ? { value, variationIndex: 0, reason: { kind: 'FALLTHROUGH' } }
            : error('WRONG_TYPE'),
        );
      }
    },
  );
});
