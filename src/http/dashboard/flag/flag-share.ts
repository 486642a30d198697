import type { Flag } from '../../../evaluation/model.ts';
import { simpleFields, withSimpleFields } from '../../../store/simple-flag.ts';

/** A default rule as a fader shows it. */
export type FlagShare =
  /** 0–100: the percentage that gets `true`. */
  | { readonly kind: 'share'; readonly percentage: number }
  /** A percentage cannot express it; why not. */
  | { readonly kind: 'other'; readonly detail: string };

export function flagShare(definition: Flag): FlagShare {
  const moved = withSimpleFields(definition, definition.key, { rollout_percentage: 0 });
  if (moved.outcome !== 'mapped') return { kind: 'other', detail: moved.detail };
  // Such a flag without a percentage serves `true` to everyone.
  return { kind: 'share', percentage: simpleFields({ definition }).rollout_percentage ?? 100 };
}
