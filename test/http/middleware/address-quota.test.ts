import { describe, expect, test } from 'vitest';
import { createAddressQuota } from '../../../src/http/middleware/address-quota.ts';

describe('a quota shared by addresses', () => {
  test('leaves some to newcomers, however many addresses take all that they can get', () => {
    const quota = createAddressQuota({ perProcess: 1_200 });
    const greedy = ['a', 'b', 'c'];
    const taken = new Map(greedy.map((address) => [address, 0]));
    for (let turn = 0; turn < 3_600; turn += 1) {
      const address = greedy[turn % 3] ?? '';
      if (quota.take(address) !== undefined) taken.set(address, (taken.get(address) ?? 0) + 1);
    }
    expect([...taken.values()].every((count) => count > 300)).toBe(true);
    expect(quota.take('newcomer', 100)).toBeDefined();
  });

  test('an address alone may have two thirds, or what is its own limit', () => {
    const quota = createAddressQuota({ perProcess: 90 });
    expect(quota.take('a', 60)).toBeDefined();
    expect(quota.take('a')).toBeUndefined();
    expect(createAddressQuota({ perProcess: 90, perAddress: 9 }).take('a', 10)).toBeUndefined();
  });

  test('what is given back may be taken again', () => {
    const quota = createAddressQuota({ perProcess: 10, perAddress: 1 });
    const giveBack = quota.take('a');
    expect(quota.take('a')).toBeUndefined();
    giveBack?.();
    expect(quota.used()).toBe(0);
    expect(quota.take('a')).toBeDefined();
  });
});
