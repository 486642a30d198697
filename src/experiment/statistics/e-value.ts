/** Evidence against the null: by Ville's inequality it exceeds 1/alpha at any time with a chance of at most alpha. */
export const eValueOf = (logE: number): number => Math.min(Number.MAX_VALUE, Math.exp(logE));

/** Control and treatment in a stream. */
export type Arm = 0 | 1;
export type Outcome = 0 | 1;
