import type { Flag, JsonValue, VariationOrRollout } from '../../../evaluation/model.ts';
import { percentText } from '../flag/fader.ts';

/** Control is the old version, treatment the new one, on every page. */
export type Colour = 'control' | (typeof COLOURS)[number];

const COLOURS = ['treatment', 'third', 'fourth', 'fifth', 'sixth'] as const;

/** A variation that is served, with its share. */
export interface ShownVariation {
  readonly text: string;
  readonly colour: Colour;
  /** `25 %`; undefined when it is served to everyone. */
  readonly share: string | undefined;
}

const MAX_LENGTH = 40;

/** A value on one short line: a plain word as it is, everything else as JSON. */
export function valueText(value: JsonValue | undefined): string {
  if (value === undefined) return 'a variation that does not exist';
  const text =
    typeof value === 'string' && /^[\p{L}\p{N}_.@-]+$/u.test(value) ? value : JSON.stringify(value);
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH - 1).toWellFormed()}…`;
}

/** `true` is the new version and `false` the old one. Among other values the off variation is the old one, and each of the others has a colour of its own. */
export function colourOf({ variations, offVariation }: Flag, index: number): Colour {
  const value = variations[index];
  if (typeof value === 'boolean') return value ? 'treatment' : 'control';
  const old = offVariation ?? 0;
  if (index === old) return 'control';
  return COLOURS[(index < old ? index : index - 1) % COLOURS.length] ?? 'treatment';
}

export const servedVariation = (flag: Flag, index: number, share?: number): ShownVariation => ({
  text: valueText(flag.variations[index]),
  colour: colourOf(flag, index),
  share: share === undefined ? undefined : percentText(share),
});

export const servedWhileOff = (flag: Flag): ShownVariation =>
  flag.offVariation === undefined
    ? { text: 'the caller’s default', colour: 'control', share: undefined }
    : servedVariation(flag, flag.offVariation);

/** The variations that a rule or the default rule serves; empty when it is malformed. */
export function servedBy(flag: Flag, { variation, rollout }: VariationOrRollout): readonly ShownVariation[] {
  if (variation !== undefined) return [servedVariation(flag, variation)];
  const served = (rollout?.variations ?? []).filter(({ weight }) => weight > 0);
  return served.map(({ variation: index, weight }) =>
    servedVariation(flag, index, served.length === 1 ? undefined : weight / 1_000),
  );
}
