import type { MultiContext, SingleContext } from '../../../src/evaluation/model.ts';

export type RandomContext = SingleContext | MultiContext;

/** Mulberry32: small, well spread, and the same everywhere for one seed. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Contexts that reach every branch of the rich flags: users, organisations, devices, and several of them at once. */
export function randomContexts(count: number, seed: number): readonly RandomContext[] {
  const random = seededRandom(seed);
  const whole = (below: number): number => Math.floor(random() * below);
  const pick = <T>(...items: readonly T[]): T => items[whole(items.length)] as T;
  /** Half of the time there, half of the time not. */
  const maybe = <T>(make: () => T): T | undefined => (random() < 0.7 ? make() : undefined);

  const user = (): SingleContext =>
    without({
      kind: 'user',
      key: `user-${whole(400)}`,
      name: maybe(() => pick('Anna', 'Jürg', '李')),
      country: maybe(() => pick('CH', 'FR', 'DE', 'BR', 'US')),
      email: maybe(
        () =>
          `${pick('anna', 'Zoe', 'liam', 'foo', 'm1', 'x+y')}${whole(30)}@${pick('example.com', 'example.org')}`,
      ),
      age: maybe(() => pick(whole(100), 29.5, 30, 60)),
      joined: maybe(() =>
        pick<string | number>(
          '2024-05-31T23:59:59Z',
          '2024-06-01T02:00:00+02:00',
          1_717_200_000_001,
          'yesterday',
        ),
      ),
      app: maybe(() => pick('1.4.0', '1.3.9', '2.0.0-rc.1', '2.0.0', '2', 'v2.0.0', '2.1.0+build')),
      groups: maybe(() => pick([], ['beta_testers'], ['djs', 'beta_testers'], ['other'])),
      plan: maybe(() => pick('free', 'premium')),
      address: maybe(() => ({ city: pick('Bern', 'Paris') })),
      anonymous: maybe(() => random() < 0.3),
    });
  const org = (): SingleContext =>
    without({
      kind: 'org',
      key: `org-${whole(12)}`,
      tier: maybe(() => pick<string | number>(1, 2, 3, '2')),
      country: maybe(() => 'CH'),
    });
  const device = (): SingleContext =>
    without({ kind: 'device', key: `device-${whole(50)}`, os: pick('ios', 'android') });

  return Array.from({ length: count }, () => {
    const shape = random();
    if (shape < 0.6) return user();
    if (shape < 0.7) return pick(org, device)();
    const kinds = [user(), ...(random() < 0.8 ? [org()] : []), device()];
    return {
      ...Object.fromEntries(kinds.map(({ kind, ...attributes }) => [kind, attributes])),
      kind: 'multi',
    };
  });
}

/** The seed of this run; `INTEROP_SEED` repeats another's. */
export function interopSeed(): number {
  const given = Number(process.env['INTEROP_SEED']);
  return Number.isSafeInteger(given) && given !== 0 ? given : Date.now() % 1_000_000;
}

function without(context: { readonly [name: string]: unknown }): SingleContext {
  return Object.fromEntries(
    Object.entries(context).filter(([, value]) => value !== undefined),
  ) as SingleContext;
}
