import type { FlagRecord } from '../../../store/store.ts';
import { percentText } from '../flag/fader.ts';
import { type Colour, servedVariation } from '../text/value-text.ts';
import type { Level } from './evaluation-meter.ts';

export interface LevelMeter {
  readonly variation: number | null;
  readonly text: string;
  readonly colour: Colour;
  readonly count: number;
  /** 0–100: of all evaluations that were counted. */
  readonly share: number;
  readonly shareText: string;
  /** The share in whole lamps of the meter, 0–100. */
  readonly lit: number;
}

const LAMPS = 24;

/** One meter for each variation, the new version's first; one for the caller's default if it was served. */
export function levelMeters({ definition }: FlagRecord, levels: readonly Level[]): readonly LevelMeter[] {
  const countOf = (variation: number | null): number =>
    levels.find((level) => level.variation === variation)?.count ?? 0;
  const total = levels.reduce((sum, { count }) => sum + count, 0);
  const meter = (variation: number | null, text: string, colour: Colour): LevelMeter => {
    const count = countOf(variation);
    const share = total === 0 ? 0 : (count / total) * 100;
    return {
      variation,
      text,
      colour,
      count,
      share,
      shareText: total === 0 ? '–' : percentText(Math.round(share)),
      lit: (Math.ceil((share / 100) * LAMPS) / LAMPS) * 100,
    };
  };
  const meters = definition.variations.map((_, index) => {
    const { text, colour } = servedVariation(definition, index);
    return meter(index, text, colour);
  });
  return [
    ...meters.toSorted((a, b) => Number(b.colour === 'treatment') - Number(a.colour === 'treatment')),
    ...(countOf(null) > 0 ? [meter(null, 'the caller’s default', 'control')] : []),
  ];
}
