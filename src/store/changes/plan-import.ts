import type { StoreState } from '../state.ts';
import type { Change, ImportedContent } from '../store.ts';
import type { PendingWrites } from './build-commit.ts';
import { planChange } from './plan-change.ts';
import { planEnvironment, planProject } from './plan-project.ts';

/** One part of an import, planned on what the parts before it leave. @param at ISO 8601, UTC */
export type ImportStep = (state: StoreState, at: string) => PendingWrites | undefined;

/** So many items are planned before others get their turn. */
const ITEMS_PER_STEP = 200;

/** An import as parts of a few milliseconds each, in the order in which they must come. Pure. */
export function importSteps({ projects, environments, changes }: ImportedContent): readonly ImportStep[] {
  return [
    ...projects.map(
      ({ key, name }): ImportStep =>
        (state) =>
          pendingOf(planProject(state, key, name)),
    ),
    ...environments.map(
      ({ project, key, name }): ImportStep =>
        (state, at) =>
          pendingOf(planEnvironment(state, project, key, name, at)),
    ),
    ...chunksOf(changes).map(
      (chunk): ImportStep =>
        (state, at) =>
          planItems(state, chunk, at),
    ),
  ];
}

/** Changes that may be planned on the same state: of one environment, each of another item. */
function chunksOf(changes: readonly Change[]): readonly (readonly Change[])[] {
  const chunks: Change[][] = [];
  let seen = new Set<string>();
  for (const change of changes) {
    const { project, environment } = change.environment;
    const chunk = chunks.at(-1);
    const item = `${change.type} ${change.key}`;
    const place = chunk?.[0]?.environment;
    const isSamePlace = place?.project === project && place.environment === environment;
    if (chunk === undefined || !isSamePlace || chunk.length >= ITEMS_PER_STEP || seen.has(item)) {
      chunks.push([change]);
      seen = new Set([item]);
    } else {
      chunk.push(change);
      seen.add(item);
    }
  }
  return chunks;
}

function planItems(state: StoreState, changes: readonly Change[], at: string): PendingWrites {
  const writes = changes.flatMap((change) => {
    const plan = planChange(state, change, at);
    // It was here before, with a higher version, and is deleted; or came with the new environment. It goes on from there.
    const planned =
      'answer' in plan && plan.answer.outcome === 'conflict' ? planChange(state, counted(change), at) : plan;
    if ('answer' in planned) return [];
    const [first, ...others] = planned.writes;
    return [{ ...first, startsOperation: true }, ...others];
  });
  return { writes };
}

/** The same with the next version of the item here. */
function counted(change: Change): Change {
  if (!('restored' in change)) return change;
  const { restored: _, ...rest } = change;
  return rest;
}

const pendingOf = (plan: { readonly answer: unknown } | PendingWrites): PendingWrites | undefined =>
  'answer' in plan ? undefined : plan;
