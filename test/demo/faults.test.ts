import { describe, expect, test } from 'vitest';
import {
  createFaultSwitches,
  describeFaults,
  InjectedFaultError,
  isFaulty,
  NO_FAULTS,
} from '../../src/demo/faults.ts';
import { inventedTrack, memoryPlaylists } from '../support/memory-playlists.ts';

const { fullPlaylist } = memoryPlaylists([1, 2, 3].map((number) => inventedTrack(number)));
const names = (playlist: typeof fullPlaylist) => playlist.page({}).tracks.map(({ track_name }) => track_name);

describe('faults', () => {
  test('leave the playlist as it is until they are set, and again when they are taken back', () => {
    const faults = createFaultSwitches(() => 0);
    const playlist = faults.inject(fullPlaylist);
    expect(names(playlist)).toEqual(names(fullPlaylist));
    faults.set({ ...NO_FAULTS, wrongOrder: true });
    expect(names(playlist)).toEqual(names(fullPlaylist).toReversed());
    faults.set(NO_FAULTS);
    expect(names(playlist)).toEqual(names(fullPlaylist));
  });

  test.each([
    [0.0999, true],
    [0.1, false],
  ])('let a page fail when chance (%f) is below the rate', (chance, fails) => {
    const faults = createFaultSwitches(() => chance);
    faults.set({ ...NO_FAULTS, errorRate: 0.1 });
    const read = () => faults.inject(fullPlaylist).page({});
    if (fails) expect(read).toThrow(InjectedFaultError);
    else expect(read).not.toThrow();
  });

  test('of the old version are counted, and nothing of it changes', () => {
    const faults = createFaultSwitches(() => 0.0099);
    expect(faults.failsTopTen()).toBe(false);
    faults.set({ ...NO_FAULTS, control: { errorRate: 0.01, latencyMs: 0 } });
    expect(faults.failsTopTen()).toBe(true);
    expect(names(faults.inject(fullPlaylist))).toEqual(names(fullPlaylist));
  });

  test('delay the version that they are set for', async () => {
    const faults = createFaultSwitches(() => 0);
    faults.set({ ...NO_FAULTS, latencyMs: 10_000, control: { errorRate: 0, latencyMs: 1 } });
    await expect(faults.delay('json')).resolves.toBeUndefined();
    faults.set({ ...NO_FAULTS, latencyMs: 1, control: { errorRate: 0, latencyMs: 10_000 } });
    await expect(faults.delay('database')).resolves.toBeUndefined();
  });

  test('say what is broken', () => {
    const faults = {
      errorRate: 0.125,
      latencyMs: 300,
      wrongOrder: true,
      control: { errorRate: 0.01, latencyMs: 20 },
    };
    expect(isFaulty(faults)).toBe(true);
    expect(isFaulty(NO_FAULTS)).toBe(false);
    expect(isFaulty({ ...NO_FAULTS, control: { errorRate: 0.01, latencyMs: 0 } })).toBe(true);
    expect(describeFaults(faults)).toBe(
      'of the database version 12.5 % of the pages fail, pages take 300 ms longer, the tracks come in the wrong order; of the top 10 1 % of the pages fail, pages take 20 ms longer',
    );
  });
});
