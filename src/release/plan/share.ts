/** All of a rollout's weight: thousandths of a percent. Shares are whole numbers of it wherever they are decided on. */
export const WHOLE = 100_000;

export const weightOf = (percent: number): number => Math.round(percent * 1_000);

export const percentOf = (weight: number): number => weight / 1_000;

/** @example showShare(12_500) // '12.5 %' */
export const showShare = (weight: number): string => `${percentOf(weight)} %`;
