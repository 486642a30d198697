import type { FlagSet } from '../../evaluation/evaluator.ts';
import type { PendingWrites } from './build-commit.ts';
import { type ItemWrite, offCopy, planChange } from './plan-change.ts';
import { type StoreState, advance, EMPTY_STATE } from '../state.ts';
import { type Author, DEFAULT_ENVIRONMENT } from '../store.ts';

export const SEED_AUTHOR: Author = { id: 'dj-toggle', via: 'seed' };

type Plan<A> = { readonly answer: A } | PendingWrites;

export function planProject(state: StoreState, key: string, name: string): Plan<'exists'> {
  return state.projects.has(key) ? { answer: 'exists' } : { projects: [{ key, name }] };
}

/** A new environment starts with every flag of its project, off. @param at ISO 8601, UTC */
export function planEnvironment(
  state: StoreState,
  project: string,
  key: string,
  name: string,
  at: string,
): Plan<'exists' | 'not-found'> {
  const environments = state.projects.get(project)?.environments;
  if (environments === undefined) return { answer: 'not-found' };
  if (environments.has(key)) return { answer: 'exists' };
  const [first] = environments.values();
  const writes = [...(first?.snapshot.flags.values() ?? [])].map((flag): ItemWrite => {
    const after = offCopy(flag, 1, at);
    return {
      environment: { project, environment: key },
      kind: 'flag',
      key: flag.key,
      version: 1,
      before: null,
      after,
    };
  });
  return { environments: [{ project, key, name }], writes };
}

/** What an empty store starts with: the default project and environment, and the flags that ship with the program. */
export function planStart(flagSet: FlagSet, at: string): PendingWrites {
  const { project, environment } = DEFAULT_ENVIRONMENT;
  const places = {
    projects: [{ key: project, name: 'Default' }],
    environments: [{ project, key: environment, name: 'Production' }],
  };
  const { state } = advance(EMPTY_STATE, {
    projects: places.projects.map((row) => ({ ...row, position: 1 })),
    environments: places.environments.map((row) => ({ ...row, position: 2 })),
    items: [],
  });
  const changes = [
    ...Object.entries(flagSet.segments).map(
      ([key, definition]) => ({ type: 'put-segment', key, definition }) as const,
    ),
    ...Object.entries(flagSet.flags).map(
      ([key, definition]) => ({ type: 'put-flag', key, definition }) as const,
    ),
  ];
  const writes = changes.flatMap((change) => {
    const plan = planChange(state, { ...change, environment: DEFAULT_ENVIRONMENT }, at);
    return 'writes' in plan ? plan.writes : [];
  });
  return { ...places, writes };
}
