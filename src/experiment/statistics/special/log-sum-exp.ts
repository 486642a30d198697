/**
 * ln Σ exp(xᵢ), without overflow: the largest is taken out first.
 *
 * @example logSumExp([1000, 1000]) // 1000 + ln 2
 */
export function logSumExp(logs: readonly number[]): number {
  let max = -Infinity;
  for (const log of logs) max = Math.max(max, log);
  if (max === -Infinity) return max;
  let sum = 0;
  for (const log of logs) sum += Math.exp(log - max);
  return max + Math.log(sum);
}
