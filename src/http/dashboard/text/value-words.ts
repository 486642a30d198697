import type { Flag, JsonValue, VariationOrRollout } from '../../../evaluation/model.ts';
import { percentText } from '../fader.ts';

/** The two colours that mean old and new everywhere. */
export type Colour = 'control' | 'treatment';

/** A variation as a strip names it. */
export interface Serving {
  readonly text: string;
  readonly colour: Colour;
  /** `25 %`; undefined: all of them. */
  readonly share: string | undefined;
}

const LONGEST = 40;

/** A value on one short line: words as they are, everything else as JSON. */
export function valueText(value: JsonValue | undefined): string {
  if (value === undefined) return 'a variation that does not exist';
  const text =
    typeof value === 'string' && /^[\p{L}\p{N}_.@-]+$/u.test(value) ? value : JSON.stringify(value);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1).toWellFormed()}…`;
}

/** `true` is the new version and `false` the old one; of other values the one served while off is the old one. */
export function colourOf({ variations, offVariation }: Flag, index: number): Colour {
  const value = variations[index];
  if (typeof value === 'boolean') return value ? 'treatment' : 'control';
  return index === (offVariation ?? 0) ? 'control' : 'treatment';
}

export const servingOf = (flag: Flag, index: number, share?: number): Serving => ({
  text: valueText(flag.variations[index]),
  colour: colourOf(flag, index),
  share: share === undefined ? undefined : percentText(share),
});

export const offServing = (flag: Flag): Serving =>
  flag.offVariation === undefined
    ? { text: 'the caller’s default', colour: 'control', share: undefined }
    : servingOf(flag, flag.offVariation);

/** What a rule or the default rule serves; empty when it is malformed. */
export function servingsOf(flag: Flag, { variation, rollout }: VariationOrRollout): readonly Serving[] {
  if (variation !== undefined) return [servingOf(flag, variation)];
  const served = (rollout?.variations ?? []).filter(({ weight }) => weight > 0);
  return served.map(({ variation: index, weight }) =>
    servingOf(flag, index, served.length === 1 ? undefined : weight / 1_000),
  );
}
