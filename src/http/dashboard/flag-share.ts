import type { Flag } from '../../evaluation/model.ts';
import { simpleFields, withSimpleFields } from '../../store/simple-flag.ts';

/** What a fader can say of a default rule. */
export type FlagShare =
  /** 0–100: so many of a hundred get `true`. */
  | { readonly kind: 'share'; readonly percentage: number }
  /** No fader can move it without destroying something; why not. */
  | { readonly kind: 'other'; readonly detail: string };

export function flagShare(definition: Flag): FlagShare {
  const moved = withSimpleFields(definition, definition.key, { rollout_percentage: 0 });
  if (moved.outcome !== 'mapped') return { kind: 'other', detail: moved.detail };
  // A percentage of null on such a flag means that everybody gets `true`.
  return { kind: 'share', percentage: simpleFields({ definition }).rollout_percentage ?? 100 };
}
