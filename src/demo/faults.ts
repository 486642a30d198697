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
  /** Of the top 10, which no version is free of: a release must tell new errors from those that were there before. */
  readonly control: {
    /** The share of pages that count as failed, from 0 to 1; the list is served all the same. */
    readonly errorRate: number;
  };
}

export const NO_FAULTS: Faults = {
  errorRate: 0,
  latencyMs: 0,
  wrongOrder: false,
  control: { errorRate: 0 },
};

/** The switches of one process; nothing survives a restart. */
export interface FaultSwitches {
  current(): Faults;
  set(faults: Faults): void;
  /** The full playlist with the faults of the moment in it. */
  inject(playlist: FullPlaylist): FullPlaylist;
  /** Whether this page of the top 10 counts as failed. */
  failsTopTen(): boolean;
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
    failsTopTen: () => random() < faults.control.errorRate,
    delay: async () => {
      if (faults.latencyMs > 0) await wait(faults.latencyMs);
    },
  };
}

export const isFaulty = ({ errorRate, latencyMs, wrongOrder, control }: Faults): boolean =>
  errorRate > 0 || latencyMs > 0 || wrongOrder || control.errorRate > 0;

/** @example describeFaults({ ...NO_FAULTS, errorRate: 0.1 }) // 'of the database version 10 % of the pages fail' */
export function describeFaults({ errorRate, latencyMs, wrongOrder, control }: Faults): string {
  const parts = [
    ...(errorRate > 0 ? [`${percent(errorRate)} of the pages fail`] : []),
    ...(latencyMs > 0 ? [`pages take ${latencyMs} ms longer`] : []),
    ...(wrongOrder ? ['the tracks come in the wrong order'] : []),
  ].join(', ');
  return [
    ...(parts === '' ? [] : [`of the database version ${parts}`]),
    ...(control.errorRate > 0
      ? [`of the top 10 ${percent(control.errorRate)} of the pages count as failed`]
      : []),
  ].join('; ');
}

const percent = (rate: number): string => `${Number((rate * 100).toFixed(3))} %`;
