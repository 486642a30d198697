import { fc } from '../support/seeded-fast-check.ts';
import { describe, expect, test } from 'vitest';
import { EMPTY_HEAD } from '../../src/store/audit/audit-chain.ts';
import { type Commit, buildCommit, mergedCommit } from '../../src/store/changes/build-commit.ts';
import { planChange } from '../../src/store/changes/plan-change.ts';
import { SEED_AUTHOR, planEnvironment, planStart } from '../../src/store/changes/plan-project.ts';
import { EMPTY_STATE, type Rows, type StoreState, advance, changesSince } from '../../src/store/state.ts';
import { type Change, DEFAULT_ENVIRONMENT, type FeedEvent } from '../../src/store/store.ts';
import { AUTHOR, STAGING, aFlag, aSegment } from '../support/store-contract.ts';

const AT = '2026-01-01T00:00:00.000Z';

const anyChange: fc.Arbitrary<Change> = fc
  .record({
    type: fc.constantFrom('put-flag', 'put-segment', 'delete-flag', 'delete-segment'),
    environment: fc.constantFrom(DEFAULT_ENVIRONMENT, STAGING),
    key: fc.constantFrom('a', 'b', 'c'),
    value: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ type, environment, key, value }): Change => {
    switch (type) {
      case 'put-flag':
        return { type, environment, key, definition: aFlag(key, { variations: [value] }) };
      case 'put-segment':
        return { type, environment, key, definition: aSegment(key, { included: [String(value)] }) };
      case 'delete-flag':
      case 'delete-segment':
        return { type, environment, key };
      default:
        return type satisfies never;
    }
  });

/** Carries changes out one after the other; the commits are what a store would have kept. */
function history(changes: readonly Change[]): {
  readonly state: StoreState;
  readonly commits: readonly Commit[];
} {
  const seed = planStart({ flags: {}, segments: {} }, AT);
  const first = buildCommit(EMPTY_STATE, EMPTY_HEAD, seed, SEED_AUTHOR, AT);
  let { state } = advance(EMPTY_STATE, first);
  const commits = [first];
  const take = (commit: Commit): void => {
    commits.push(commit);
    state = advance(state, commit).state;
  };
  const staging = planEnvironment(state, 'default', 'staging', 'Staging', AT);
  if ('answer' in staging) throw new Error('there is a staging environment already');
  take(buildCommit(state, first.head, staging, AUTHOR, AT));
  for (const change of changes) {
    const plan = planChange(state, change, AT);
    if ('writes' in plan) take(buildCommit(state, commits.at(-1)?.head ?? EMPTY_HEAD, plan, AUTHOR, AT));
  }
  return { state, commits };
}

const idOfRow = ({ environment, kind, key }: Rows['items'][number]): string =>
  JSON.stringify([environment, kind, key]);

/** What a database would answer to "everything past this position". */
const rowsPast = (commits: readonly Commit[], position: number): Rows => {
  const projects = commits.flatMap((commit) => commit.projects);
  const environments = commits.flatMap((commit) => commit.environments);
  // Of an item, a database keeps the last row only.
  const items = [
    ...new Map(commits.flatMap((commit) => commit.items).map((row) => [idOfRow(row), row])).values(),
  ];
  const past = <T extends { readonly position: number }>(rows: readonly T[]): readonly T[] =>
    rows.filter((row) => row.position > position);
  return { projects: past(projects), environments: past(environments), items: past(items) };
};

/** Everything of a state that can be compared; evaluators are compared by what they were made of. */
const contentsOf = (state: StoreState): unknown =>
  [...state.projects].map(([key, { environments }]) => [
    key,
    [...environments].map(([environment, { snapshot, changes }]) => ({
      environment,
      sequence: snapshot.sequence,
      flags: [...snapshot.flags].toSorted(([a], [b]) => a.localeCompare(b)),
      segments: [...snapshot.segments].toSorted(([a], [b]) => a.localeCompare(b)),
      changes: [...changes.values()].toSorted((a, b) => a.sequence - b.sequence),
    })),
  ]);

describe('a reader of the feed', () => {
  test('comes to the same state, however often it looks and however much it sees twice', () => {
    fc.assert(
      fc.property(
        fc.array(anyChange, { maxLength: 25 }),
        fc.array(fc.tuple(fc.nat(30), fc.nat(10)), { maxLength: 8 }),
        (changes, looks) => {
          const { state, commits } = history(changes);
          let reader = EMPTY_STATE;
          for (const [upTo, overlap] of [...looks, [commits.length, 0] as const]) {
            // A slow read that a faster one overtook brings rows again, and older ones than there are by now.
            const since = Math.max(0, reader.position - overlap);
            reader = advance(reader, rowsPast(commits.slice(0, upTo + 1), since)).state;
          }
          expect(contentsOf(reader)).toEqual(contentsOf(state));
        },
      ),
    );
  });

  test('comes to the same state when commits are written together', () => {
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 25 }), fc.nat(25), (changes, cut) => {
        const { state, commits } = history(changes);
        const [first, ...others] = commits.slice(cut);
        if (first === undefined) return;
        const before = commits
          .slice(0, cut)
          .reduce((reached, one) => advance(reached, one).state, EMPTY_STATE);
        const merged = mergedCommit([first, ...others]);
        expect(contentsOf(advance(before, merged).state)).toEqual(contentsOf(state));
        expect(merged.head).toEqual(commits.at(-1)?.head);
        expect(merged.entries).toEqual(commits.slice(cut).flatMap(({ entries }) => entries));
      }),
    );
  });

  test('sees versions and sequences only rise, and every event go on where the last one ended', () => {
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 25 }), (changes) => {
        const versions = new Map<string, number>();
        const ends = new Map<string, FeedEvent['snapshot']>();
        let state = EMPTY_STATE;
        for (const commit of history(changes).commits) {
          const next = advance(state, commit);
          for (const event of next.events) {
            const where = event.environment.environment;
            const last = ends.get(where);
            if (last !== undefined) expect(event.previous).toBe(last);
            expect(event.snapshot.sequence).toBe(event.previous.sequence + event.changes.length);
            for (const { kind, key, version } of event.changes) {
              const id = `${where}/${kind}/${key}`;
              expect(version).toBeGreaterThan(versions.get(id) ?? -1);
              versions.set(id, version);
            }
            ends.set(where, event.snapshot);
          }
          state = next.state;
        }
      }),
    );
  });

  test('knows what changed since any sequence that there was: what it names, and nothing else, differs', () => {
    fc.assert(
      fc.property(fc.array(anyChange, { minLength: 1, maxLength: 25 }), fc.nat(30), (changes, stop) => {
        const { state, commits } = history(changes);
        const early = commits
          .slice(0, 2 + stop)
          .reduce((reached, commit) => advance(reached, commit).state, EMPTY_STATE);
        for (const environment of [DEFAULT_ENVIRONMENT, STAGING]) {
          const before = early.projects.get('default')?.environments.get(environment.environment)?.snapshot;
          const after = state.projects.get('default')?.environments.get(environment.environment)?.snapshot;
          const named = new Set(
            changesSince(state, environment, before?.sequence ?? 0)?.map(({ kind, key }) => `${kind}/${key}`),
          );
          const differing = ['a', 'b', 'c'].flatMap((key) => [
            ...(after?.flags.get(key) === before?.flags.get(key) ? [] : [`flag/${key}`]),
            ...(after?.segments.get(key) === before?.segments.get(key) ? [] : [`segment/${key}`]),
          ]);
          expect(differing.filter((id) => !named.has(id))).toEqual([]);
        }
      }),
    );
  });
});
