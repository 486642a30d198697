/** `npm run test:faults` runs the long form of the suites that kill and hang the program; `npm test` a short one. */
const isLong = process.env['FAULTS'] === 'long';

/** @example const ROUNDS = shortOrLong(4, 30); */
export const shortOrLong = (short: number, long: number): number => (isLong ? long : short);
