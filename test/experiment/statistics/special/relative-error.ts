/** How far a number is from the right one, as a part of it; of 0, how far it is. */
export const relativeError = (got: number, right: number): number =>
  right === 0 ? Math.abs(got) : Math.abs(got - right) / Math.abs(right);
