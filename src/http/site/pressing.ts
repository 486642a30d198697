import { LRUCache } from 'lru-cache';
import type { PlaylistVersion } from './version-choice.ts';

/** Which version this is, as a record's label says it. */
export interface Pressing {
  readonly name: string;
  readonly origin: string;
  readonly count: string;
}

const PRESSINGS = {
  json: { name: 'Top 10', origin: 'from the JSON file' },
  database: { name: 'The full crate', origin: 'from the database' },
} as const satisfies Record<PlaylistVersion, object>;

const known = new LRUCache<string, Pressing>({ max: 100 });

/** The same object for the same version and count, so that its record is drawn once. */
export function pressingOf(version: PlaylistVersion, count: string): Pressing {
  const key = `${version} ${count}`;
  const pressing = known.get(key) ?? { ...PRESSINGS[version], count };
  known.set(key, pressing);
  return pressing;
}
