/**
 * The data cannot carry a number yet: an empty arm, no spread, no event. Every function that can meet this says so
 * with this variant, and never with NaN, infinity or an interval that means nothing.
 */
export interface NotEnoughData {
  readonly status: 'not-enough-data';
}

export const NOT_ENOUGH_DATA: NotEnoughData = { status: 'not-enough-data' };
