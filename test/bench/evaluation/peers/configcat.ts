import { PollingMode, User, disposeAllClients, getClient } from 'configcat-node';
import { DEFAULT, loop, type Engine } from '../engine.ts';
import {
  CLAUSE_COUNTRY,
  LISTENERS,
  MISSED_RULES,
  ROLLOUT_PERCENT,
  SEGMENT_COUNTRIES,
  TARGET_KEYS,
  flagKeys,
  missedRule,
  type Scenario,
} from '../scenarios.ts';

/** ConfigCat's configuration JSON, version 6: text is one of, text is not one of. */
const IS_ONE_OF = 0;
const IS_NOT_ONE_OF = 1;

const served = (value: boolean): object => ({ v: { b: value }, i: value ? 'yes' : 'no' });
const user = (attribute: string, comparator: number, values: readonly string[]): object => ({
  u: { a: attribute, c: comparator, l: values },
});
const rule = (...conditions: object[]): object => ({ c: conditions, s: served(true) });

function setting(scenario: Scenario): object {
  const no = { t: 0, ...served(false) };
  switch (scenario) {
    case 'off':
      return no;
    case 'on':
      return { t: 0, ...served(true) };
    case '10 targets':
      return { ...no, r: [rule(user('Identifier', IS_ONE_OF, TARGET_KEYS))] };
    case 'clause':
      return { ...no, r: [rule(user('Country', IS_ONE_OF, [CLAUSE_COUNTRY]))] };
    case '5 rules missed':
      return {
        ...no,
        r: Array.from({ length: MISSED_RULES }, (_, index) => {
          const { countries, plan } = missedRule(index);
          return rule(user('Country', IS_NOT_ONE_OF, countries), user('plan', IS_ONE_OF, [plan]));
        }),
      };
    case 'rollout':
      return {
        ...no,
        p: [
          { p: ROLLOUT_PERCENT, ...served(true) },
          { p: 100 - ROLLOUT_PERCENT, ...served(false) },
        ],
      };
    case 'segment':
      return { ...no, r: [rule({ s: { s: 0, c: 0 } })] };
  }
}

let serial = 0;

export const configCat: Engine = {
  name: 'ConfigCat',
  load: async (scenario, count) => {
    const config = JSON.stringify({
      p: { u: 'https://cdn.invalid', r: 0, s: 'salt' },
      s: [{ n: 'north', r: [{ a: 'Country', c: IS_ONE_OF, l: SEGMENT_COUNTRIES }] }],
      f: Object.fromEntries(flagKeys(count).map((key) => [key, setting(scenario)])),
    });
    // The SDK's own seam for a configuration that is there already: its cache, and no network.
    const cached = `${Date.now()}\n"etag"\n${config}`;
    serial += 1;
    const sdkKey = `${String(serial).padStart(22, 'b')}/${'k'.repeat(22)}`;
    const client = getClient(sdkKey, PollingMode.ManualPoll, {
      offline: true,
      cache: { get: () => cached, set: () => undefined },
      logger: {
        log: () => undefined,
      },
    });
    await client.waitForReady();
    await client.forceRefreshAsync();
    const snapshot = client.snapshot();
    const users = LISTENERS.map(({ key, email, country, plan }) => new User(key, email, country, { plan }));
    const keys = flagKeys(count);
    const ask = (flag: number, listener: number): boolean =>
      snapshot.getValue(keys[flag]!, DEFAULT, users[listener]);
    return { ask, run: loop(ask), close: () => disposeAllClients() };
  },
};
