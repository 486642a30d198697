import { setTimeout as wait } from 'node:timers/promises';
import type { FullPlaylist } from '../playlist/playlist.ts';

/** What is wrong with the database version on purpose, so that an audience sees a release roll itself back. */
export interface Faults {
  /** The share of pages that fail, from 0 to 1. */
  readonly errorRate: number;
  /** How much longer a page takes. */
  readonly latencyMs: number;
  /** The tracks come in the opposite order. */
  readonly wrongOrder: boolean;
}

export const NO_FAULTS: Faults = { errorRate: 0, latencyMs: 0, wrongOrder: false };

/** The switches of one process; nothing survives a restart. */
export interface FaultSwitches {
  current(): Faults;
  set(faults: Faults): void;
  /** The full playlist with the faults of the moment in it. */
  inject(playlist: FullPlaylist): FullPlaylist;
  /** Waits as long as the faults say; awaited before the database version is read. */
  delay(): Promise<void>;
}

/** A fault that was asked for; it is no defect of the program. */
export class InjectedFaultError extends Error {
  override readonly name = 'InjectedFaultError';
}

/** @param random from 0 up to, but not including, 1 */
export function createFaultSwitches(random: () => number): FaultSwitches {
  let faults = NO_FAULTS;
  return {
    current: () => faults,
    set: (next) => {
      faults = next;
    },
    inject: (playlist) => ({
      page: (query) => {
        if (random() < faults.errorRate) throw new InjectedFaultError('the demo makes this page fail');
        const page = playlist.page(query);
        return faults.wrongOrder ? { ...page, tracks: page.tracks.toReversed() } : page;
      },
    }),
    delay: async () => {
      if (faults.latencyMs > 0) await wait(faults.latencyMs);
    },
  };
}

export const isFaulty = ({ errorRate, latencyMs, wrongOrder }: Faults): boolean =>
  errorRate > 0 || latencyMs > 0 || wrongOrder;

/** @example describeFaults({ errorRate: 0.1, latencyMs: 0, wrongOrder: false }) // '10 % of its pages fail' */
export function describeFaults({ errorRate, latencyMs, wrongOrder }: Faults): string {
  return [
    ...(errorRate > 0 ? [`${Number((errorRate * 100).toFixed(3))} % of its pages fail`] : []),
    ...(latencyMs > 0 ? [`its pages take ${latencyMs} ms longer`] : []),
    ...(wrongOrder ? ['its tracks come in the wrong order'] : []),
  ].join(', ');
}
