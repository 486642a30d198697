export interface AddressQuotaOptions {
  /** What the process has of it. */
  readonly perProcess: number;
  /** What one address may hold at most. Default: see below. */
  readonly perAddress?: number;
}

/** Shares a bounded supply (streams, sockets, bytes) among addresses. */
export interface AddressQuota {
  /** @returns a function that gives back what was taken; undefined when there is not enough. */
  take(address: string, amount?: number): (() => void) | undefined;
  /** What is taken by all. */
  used(): number;
}

/** An address alone may hold two thirds, two addresses two fifths each, and so on: some is always left for a newcomer. */
const SHARE_OF_WHAT_IS_LEFT = 2;

/**
 * An address may hold no more than twice what is left: the dynamic threshold of Choudhury and Hahne, "Dynamic queue
 * length thresholds for shared-memory packet switches" (1998), with which no number of greedy addresses takes everything.
 *
 * @example
 * const streams = createAddressQuota({ perProcess: 8_000, perAddress: 1_000 });
 * const giveBack = streams.take('192.0.2.1');
 */
export function createAddressQuota({
  perProcess,
  perAddress = perProcess,
}: AddressQuotaOptions): AddressQuota {
  const takenBy = new Map<string, number>();
  let used = 0;
  return {
    take(address, amount = 1) {
      const taken = (takenBy.get(address) ?? 0) + amount;
      const left = perProcess - used;
      if (amount > left || taken > Math.min(perAddress, SHARE_OF_WHAT_IS_LEFT * left)) return undefined;
      takenBy.set(address, taken);
      used += amount;
      return () => {
        const rest = (takenBy.get(address) ?? amount) - amount;
        if (rest === 0) takenBy.delete(address);
        else takenBy.set(address, rest);
        used -= amount;
      };
    },
    used: () => used,
  };
}
