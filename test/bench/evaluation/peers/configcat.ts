import { PollingMode, User, disposeAllClients, getClient } from 'configcat-node';
import { DEFAULT, loaded, type Engine } from '../engine.ts';
import {
  MISSED_RULES,
  clauseCountries,
  flagKeys,
  missedRule,
  rolloutPercent,
  segmentCountries,
  segmentNumber,
  segmentNumbers,
  targetKeys,
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

function setting(scenario: Scenario, flag: number): object {
  const no = { t: 0, ...served(false) };
  switch (scenario) {
    case 'off':
      return no;
    case 'on':
      return { t: 0, ...served(true) };
    case '10 targets':
      return { ...no, r: [rule(user('Identifier', IS_ONE_OF, targetKeys(flag)))] };
    case 'clause':
      return { ...no, r: [rule(user('Country', IS_ONE_OF, clauseCountries(flag)))] };
    case '5 rules missed':
      return {
        ...no,
        r: Array.from({ length: MISSED_RULES }, (_, index) => {
          const { countries, plan } = missedRule(flag, index);
          return rule(user('Country', IS_NOT_ONE_OF, countries), user('plan', IS_ONE_OF, [plan]));
        }),
      };
    case 'rollout':
      return {
        ...no,
        p: [
          { p: rolloutPercent(flag), ...served(true) },
          { p: 100 - rolloutPercent(flag), ...served(false) },
        ],
      };
    case 'segment':
      return { ...no, r: [rule({ s: { s: segmentNumber(flag), c: 0 } })] };
  }
}

let serial = 0;

export const configCat: Engine = {
  name: 'ConfigCat',
  load: async (scenario, count) => {
    const config = JSON.stringify({
      p: { u: 'https://cdn.invalid', r: 0, s: 'salt' },
      s: segmentNumbers().map((number) => ({
        n: `segment ${number}`,
        r: [{ a: 'Country', c: IS_ONE_OF, l: segmentCountries(number) }],
      })),
      f: Object.fromEntries(flagKeys(count).map((key, flag) => [key, setting(scenario, flag)])),
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
    return loaded<User, boolean>(count, {
      contextOf: ({ key, email, country, plan }) => new User(key, email, country, { plan }),
      evaluate: (key, context) => snapshot.getValue(key, DEFAULT, context),
      isTrue: (answer) => answer,
      close: () => disposeAllClients(),
    });
  },
};
