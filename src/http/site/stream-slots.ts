import { Problem } from '../problems/problem.ts';

/** How many pages may listen at once. */
export interface StreamLimits {
  readonly perProcess: number;
  readonly perAddress: number;
}

/** Counts open streams by address. */
export interface StreamSlots {
  /** @returns a function that gives the slot back; call it once. @throws Problem 429 over a limit. */
  take(address: string): () => void;
  count(): number;
}

export function createStreamSlots({ perProcess, perAddress }: StreamLimits): StreamSlots {
  const openByAddress = new Map<string, number>();
  let open = 0;
  return {
    take(address) {
      const ofAddress = openByAddress.get(address) ?? 0;
      if (ofAddress >= perAddress || open >= perProcess) {
        throw new Problem(
          429,
          'too_many_streams',
          'Too many pages listen for changes at once. This page shows them when it is reloaded.',
          { headers: { 'retry-after': '30' } },
        );
      }
      openByAddress.set(address, ofAddress + 1);
      open += 1;
      return () => {
        const left = (openByAddress.get(address) ?? 1) - 1;
        if (left === 0) openByAddress.delete(address);
        else openByAddress.set(address, left);
        open -= 1;
      };
    },
    count: () => open,
  };
}
