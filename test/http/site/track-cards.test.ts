import { expect, test } from 'vitest';
import { createTrackCards } from '../../../src/http/site/track-cards.ts';
import { aTrack } from '../../support/playlist-databases.ts';

const NONE: ReadonlySet<string> = new Set();
const HALO = aTrack({ track_name: 'Halo', artist: 'Beyoncé', release_date: '2008-11-18' });

test('a track that is read again keeps its card, and with it its HTML', () => {
  const cards = createTrackCards();
  expect(cards.of({ ...HALO }, NONE)).toBe(cards.of(HALO, NONE));
});

test.each([
  ['name', { track_name: 'Hello' }],
  ['artist', { artist: 'Adele' }],
  ['album', { album_name: '25' }],
  ['length', { track_length: '9:59' }],
  ['year', { release_date: '2009-11-18' }],
] as const)('a track of another %s has a card of its own', (_what, changes) => {
  const cards = createTrackCards();
  expect(cards.of({ ...HALO, ...changes }, NONE)).not.toEqual(cards.of(HALO, NONE));
});

test('who likes a track has another card of it, the same each time', () => {
  const cards = createTrackCards();
  const plain = cards.of(HALO, NONE);
  const liked = new Set([plain.id]);
  expect(cards.of(HALO, liked)).toEqual({ ...plain, liked: true });
  expect(cards.of({ ...HALO }, liked)).toBe(cards.of(HALO, liked));
  expect(cards.of(HALO, NONE)).toBe(plain);
});
