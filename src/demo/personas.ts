/** Who the simulated listeners are. The order is that of the dance floor. */
export interface CrowdPersona {
  readonly name: string;
  /** So many of a hundred listeners. */
  readonly percent: number;
  readonly groups: readonly string[];
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
  readonly plan?: string;
}

export const CROWD_PERSONAS: readonly CrowdPersona[] = [
  { name: 'Walk-ins', percent: 26, groups: [] },
  { name: 'Beta testers', percent: 12, groups: ['beta_testers'], country: 'US', plan: 'free' },
  { name: 'Japan', percent: 16, groups: [], country: 'JP', plan: 'free' },
  { name: 'Germany', percent: 16, groups: [], country: 'DE', plan: 'free' },
  { name: 'US, premium', percent: 18, groups: [], country: 'US', plan: 'premium' },
  { name: 'Brazil, premium', percent: 12, groups: [], country: 'BR', plan: 'premium' },
];

/** The persona of a seat, as an index: every persona has its share of any hundred seats in a row. */
export function personaOfSeat(seat: number): number {
  // 37 and 100 have no common divisor, so that the personas come mixed and not one after the other.
  let place = (seat * 37) % 100;
  const index = CROWD_PERSONAS.findIndex(({ percent }) => (place -= percent) < 0);
  return Math.max(0, index);
}

const NAMES = [
  'ada', 'bo', 'cleo', 'dian', 'emi', 'finn', 'gus', 'hana', 'ines', 'juno', 'kai', 'lena', 'mika', 'nils',
  'ola', 'pia', 'quin', 'rosa', 'sami', 'tove', 'uma', 'vito', 'wren', 'xenia', 'yuki', 'zoe',
]; // prettier-ignore

/** The key of a listener: the same for the same run, seat and how many sat there before. */
export function listenerName(seed: number, seat: number, generation: number): string {
  const name = NAMES[(seat * 7 + generation * 11 + seed) % NAMES.length] ?? 'ada';
  return `${name}-${seed}-${seat}${generation === 0 ? '' : `-${generation}`}`;
}
