import type { Flag } from '../../../evaluation/model.ts';
import { servedVariation } from '../text/value-text.ts';

/** A choice between the variations of a flag. */
export interface VariationField {
  readonly id: 'from' | 'to';
  readonly label: string;
  readonly choices: readonly { readonly index: number; readonly text: string; readonly selected: boolean }[];
}

const mostServed = ({ fallthrough }: Flag): number | undefined =>
  (fallthrough.rollout?.variations ?? []).toSorted((a, b) => b.weight - a.weight)[0]?.variation;

/** What a release of the default rule would begin with: what most have now, and the first other one. */
export function usualVariations(flag: Flag): { readonly from: number; readonly to: number } | undefined {
  const from = flag.fallthrough.variation ?? mostServed(flag) ?? 0;
  const to = flag.variations.findIndex((_, index) => index !== from);
  return to === -1 ? undefined : { from, to };
}

/** @param selected indexes, as text of a form or as numbers; what fits none selects the usual one */
export function variationFields(
  flag: Flag,
  selected: { readonly from: string | number; readonly to: string | number },
): readonly VariationField[] {
  const usual = usualVariations(flag);
  const field = (id: VariationField['id'], label: string): VariationField => {
    const isThere = flag.variations.some((_, index) => String(index) === String(selected[id]));
    const wanted = isThere ? String(selected[id]) : String(usual?.[id]);
    return {
      id,
      label,
      choices: flag.variations.map((_, index) => ({
        index,
        text: servedVariation(flag, index).text,
        selected: String(index) === wanted,
      })),
    };
  };
  return [field('from', 'Everybody has'), field('to', 'What is released')];
}
