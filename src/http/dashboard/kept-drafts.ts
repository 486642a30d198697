import { LRUCache } from 'lru-cache';

/**
 * What was sent and is not carried out yet, kept in memory: drafts that came after the session had ended, until their
 * editor has logged in again, and files that are previewed.
 */
export interface KeptDrafts<Draft = unknown> {
  /** Returns the draft's id: the page that names it shows the draft. */
  keep(body: Draft): string;
  /** Undefined: there is none, or it is older than an hour. */
  find(id: string | undefined): Draft | undefined;
}

const MAX_DRAFTS = 50;
const MAX_AGE_MS = 3_600_000;
/** With the largest form that is kept, drafts take at most 3 MiB. */
export const MAX_DRAFT_BYTES = 65_536;

/** @param random so many bytes that cannot be guessed */
export function createKeptDrafts<Draft = unknown>(
  random: (bytes: number) => Buffer,
  now: () => number,
  max = MAX_DRAFTS,
): KeptDrafts<Draft> {
  const drafts = new LRUCache<string, { readonly body: Draft; readonly until: number }>({ max });
  return {
    keep: (body) => {
      const id = random(18).toString('base64url');
      drafts.set(id, { body, until: now() + MAX_AGE_MS });
      return id;
    },
    find: (id) => {
      const kept = id === undefined ? undefined : drafts.get(id);
      return kept === undefined || kept.until < now() ? undefined : kept.body;
    },
  };
}

/** What the page says above a draft that was kept. */
export const KEPT_DRAFT_ALERT = {
  title: 'Your session had ended',
  text: 'Nothing was saved, and nothing that you typed is lost: your draft is below.',
};
