import { setTimeout as wait } from 'node:timers/promises';
import { createEmitter } from '../shared/emitter.ts';
import type { FullPlaylist } from '../playlist/playlist.ts';

/** What is wrong with the database version on purpose, so that an audience sees a release roll itself back. */
export interface Faults {
  /** The share of pages that fail, from 0 to 1. */
  readonly errorRate: number;
  /** How much longer a page takes. */
  readonly latencyMs: number;
  /** The tracks come in the opposite order. */
  readonly wrongOrder: boolean;
  /** The same of the old version, for a base rate that both have. Its failed pages are counted, and shown all the same. */
  readonly control: { readonly errorRate: number; readonly latencyMs: number };
}

export const NO_FAULTS: Faults = {
  errorRate: 0,
  latencyMs: 0,
  wrongOrder: false,
  control: { errorRate: 0, latencyMs: 0 },
};

/** The switches of one process; nothing survives a restart. */
export interface FaultSwitches {
  current(): Faults;
  set(faults: Faults): void;
  /** The full playlist with the faults of the moment in it. */
  inject(playlist: FullPlaylist): FullPlaylist;
  /** Waits as long as the faults say; awaited before a version is read. */
  delay(version: 'json' | 'database'): Promise<void>;
  /** Whether a page of the old version counts as failed. */
  failsTopTen(): boolean;
  /** Calls with the faults whenever they are set. Returns a function that unsubscribes. */
  subscribe(listener: (faults: Faults) => void): () => void;
}

/** A fault that was asked for; it is no defect of the program. */
export class InjectedFaultError extends Error {
  override readonly name = 'InjectedFaultError';
}

/**
 * @param random from 0 up to, but not including, 1
 * @param onError hears of a subscriber that threw
 */
export function createFaultSwitches(
  random: () => number,
  onError: (error: unknown) => void = (error) => {
    throw error;
  },
): FaultSwitches {
  let faults = NO_FAULTS;
  const changes = createEmitter<Faults>(onError);
  return {
    current: () => faults,
    set: (next) => {
      faults = next;
      changes.emit(faults);
    },
    inject: (playlist) => ({
      page: (query) => {
        if (random() < faults.errorRate) throw new InjectedFaultError('the demo makes this page fail');
        const page = playlist.page(query);
        return faults.wrongOrder ? { ...page, tracks: page.tracks.toReversed() } : page;
      },
    }),
    delay: async (version) => {
      const { latencyMs } = version === 'database' ? faults : faults.control;
      if (latencyMs > 0) await wait(latencyMs);
    },
    failsTopTen: () => random() < faults.control.errorRate,
    subscribe: (listener) => changes.subscribe(listener),
  };
}

export const isFaulty = ({ errorRate, latencyMs, wrongOrder, control }: Faults): boolean =>
  errorRate > 0 || latencyMs > 0 || wrongOrder || control.errorRate > 0 || control.latencyMs > 0;

/** @example describeFaults({ ...NO_FAULTS, errorRate: 0.1 }) // 'of the database version 10 % of the pages fail' */
export function describeFaults({ wrongOrder, control, ...treatment }: Faults): string {
  const broken = [
    ...describeVersion(treatment),
    ...(wrongOrder ? ['the tracks come in the wrong order'] : []),
  ];
  const old = describeVersion(control);
  return [
    ...(broken.length > 0 ? [`of the database version ${broken.join(', ')}`] : []),
    ...(old.length > 0 ? [`of the top 10 ${old.join(', ')}`] : []),
  ].join('; ');
}

const describeVersion = ({ errorRate, latencyMs }: Faults['control']): readonly string[] => [
  ...(errorRate > 0 ? [`${Number((errorRate * 100).toFixed(3))} % of the pages fail`] : []),
  ...(latencyMs > 0 ? [`pages take ${latencyMs} ms longer`] : []),
];
