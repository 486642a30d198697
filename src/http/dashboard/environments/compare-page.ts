import { promotedDefinition, promotionDiff } from '../../../store/promotion.ts';
import type { FlagRecord, Snapshot } from '../../../store/store.ts';
import { differences } from '../audit/change-details.ts';
import type { DashboardScope } from '../dashboard-scope.ts';

const MAX_SHOWN = 100;

/** The flags that differ between another environment and this one, each with what promoting it would change here. */
export interface ComparePage {
  readonly from: string;
  readonly to: string;
  readonly environmentsHref: string;
  readonly promoteAction: string;
  readonly flags: readonly {
    readonly key: string;
    readonly href: string;
    /** Of the flag here: promoting must not overwrite a change that the page has not shown. */
    readonly version: number | 'absent';
    readonly sentences: readonly string[];
  }[];
  /** Flags that differ beyond those shown. */
  readonly more: number;
  readonly alike: number;
}

export function comparePage(scope: DashboardScope, source: Snapshot): ComparePage {
  const { snapshot, environment } = scope;
  const differing = [...source.flags.values()].filter(
    (flag) => promotionDiff(flag, snapshot.flags.get(flag.key)).length > 0,
  );
  return {
    from: source.environment.environment,
    to: environment.environment,
    environmentsHref: scope.href('/environments'),
    promoteAction: scope.href('/environments/promote'),
    flags: differing.slice(0, MAX_SHOWN).map((flag) => {
      const target = snapshot.flags.get(flag.key);
      return {
        key: flag.key,
        href: scope.flagHref(flag.key),
        version: target?.version ?? 'absent',
        sentences: target === undefined ? ['It does not exist here.'] : whatChanges(flag, target),
      };
    }),
    more: Math.max(0, differing.length - MAX_SHOWN),
    alike: source.flags.size - differing.length,
  };
}

function whatChanges(source: FlagRecord, target: FlagRecord): readonly string[] {
  const sentences = differences(target, { ...source, definition: promotedDefinition(source, target) });
  return sentences.length > 0 ? sentences : ['Only parts differ that change nothing for listeners.'];
}
