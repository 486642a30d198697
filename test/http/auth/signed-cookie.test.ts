import { describe, expect, test } from 'vitest';
import { createCookieSigner } from '../../../src/http/auth/signed-cookie.ts';

const signer = createCookieSigner(['new secret', 'old secret']);

describe('a signed cookie', () => {
  test.each(['', 'abc', 'a.b.c', '{"groups":["beta_testers"]}', 'ünïcode 🎧', '\0'])(
    'carries %j',
    (payload) => {
      expect(signer.verify('listener', signer.sign('listener', payload))).toEqual({ payload, fresh: true });
    },
  );

  test('is refused when any one byte of it is flipped', () => {
    const value = signer.sign('listener', 'k3y-of-a-listener');
    const accepted = Array.from(value, (_, index) => index).flatMap((index) =>
      [1, 2, 4, 8, 16, 32, 64].filter((bit) => {
        const bytes = Buffer.from(value);
        bytes[index] = (bytes[index] ?? 0) ^ bit;
        return signer.verify('listener', bytes.toString('latin1')) !== undefined;
      }),
    );
    expect(accepted).toEqual([]);
  });

  test('of one name does not pass for one of another', () => {
    expect(signer.verify('persona', signer.sign('listener', 'abc'))).toBeUndefined();
  });

  test('made with an older secret still counts, and says that it is to be signed again', () => {
    const old = createCookieSigner(['old secret']).sign('listener', 'abc');
    expect(signer.verify('listener', old)).toEqual({ payload: 'abc', fresh: false });
  });

  test('made with a secret that was retired is refused', () => {
    const retired = createCookieSigner(['a third secret']).sign('listener', 'abc');
    expect(signer.verify('listener', retired)).toBeUndefined();
  });

  test('needs a secret', () => {
    expect(() => createCookieSigner([])).toThrow('at least one secret');
  });
});
