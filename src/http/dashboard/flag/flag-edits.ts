import type { Flag } from '../../../evaluation/model.ts';
import { withSimpleFields } from '../../../store/simple-flag.ts';
import { withoutTarget, withTarget } from './target-edits.ts';

/** What one control of a flag card does. */
export type FlagEdit =
  | { readonly change: 'on' }
  | { readonly change: 'off' }
  /** The same as off, but the audit log names the kill switch. */
  | { readonly change: 'kill' }
  | { readonly change: 'share'; readonly percentage: number }
  | { readonly change: 'add-target'; readonly user: string; readonly variation: number }
  | { readonly change: 'remove-target'; readonly user: string }
  /** Whether browser and mobile SDKs get the flag. */
  | { readonly change: 'client-side'; readonly visible: boolean };

export type EditOutcome =
  | { readonly outcome: 'edited'; readonly definition: Flag }
  | { readonly outcome: 'refused'; readonly detail: string };

/** Individual users of one flag; more belong into a segment. */
const MAX_TARGETS = 5_000;

export function applyEdit(flag: Flag, edit: FlagEdit): EditOutcome {
  switch (edit.change) {
    case 'on':
      return edited({ ...flag, on: true });
    case 'off':
    case 'kill':
      return edited({ ...flag, on: false });
    case 'share': {
      const outcome = withSimpleFields(flag, flag.key, { rollout_percentage: edit.percentage });
      return outcome.outcome === 'mapped'
        ? edited(outcome.definition)
        : { outcome: 'refused', detail: `${outcome.detail}.` };
    }
    case 'add-target': {
      if (edit.variation >= flag.variations.length) {
        return {
          outcome: 'refused',
          detail: `${flag.key} has ${flag.variations.length} variations; ${edit.variation} is not the index of one.`,
        };
      }
      const listed = (flag.targets ?? []).reduce((sum, target) => sum + target.values.length, 0);
      return listed >= MAX_TARGETS
        ? {
            outcome: 'refused',
            detail: `${flag.key} targets ${listed} users already; use a segment for more.`,
          }
        : edited(withTarget(flag, edit.user, edit.variation));
    }
    case 'remove-target':
      return edited(withoutTarget(flag, edit.user));
    case 'client-side': {
      const clientSideAvailability = { usingEnvironmentId: edit.visible, usingMobileKey: edit.visible };
      return edited({ ...flag, clientSideAvailability });
    }
    default:
      return edit satisfies never;
  }
}

const edited = (definition: Flag): EditOutcome => ({ outcome: 'edited', definition });
