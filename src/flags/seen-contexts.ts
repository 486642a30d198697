import { LRUCache } from 'lru-cache';
import { canonicalKey } from '../evaluation/canonical-key.ts';
import { keyOfKind, readContext } from '../evaluation/context.ts';
import type { Context } from '../evaluation/model.ts';
import { withoutPrivateAttributes } from './without-private-attributes.ts';

export interface SeenContext {
  /** Without the values of its private attributes. */
  readonly context: Context;
  /** Epoch milliseconds. */
  readonly lastSeenAt: number;
}

export interface SeenContexts {
  /** Remembers, or moves to the front. What is no valid context, or too large for a sample, is left out. */
  add(context: Context): void;
  /**
   * The same, but of a context that is known already keeps what is known and only moves it to the front: for endpoints that
   * hear more of a context than its program reports, which leaves out what it was told to keep private.
   */
  noteReported(context: Context): void;
  /** Drops every context with this kind and key, alone or in a multi-context. */
  forget(who: { readonly kind: string; readonly key: string }): void;
  /** The latest first. */
  list(): readonly SeenContext[];
}

export interface SeenContextsOptions {
  /** How many to keep; the one not seen for longest goes first. Default 1000. */
  readonly capacity?: number;
  /** In characters of JSON, so that the sample has a bound in memory too. Default 8192. */
  readonly maxContextLength?: number;
  readonly now: () => number;
}

const jsonOf = (context: Context): string | undefined => {
  try {
    return withoutPrivateAttributes(context);
  } catch {
    // Cyclic, or nested beyond the stack: nothing that a listener or an SDK sends, and nothing worth a sample.
    return undefined;
  }
};

/** A sample of who asked lately, in memory only: what a preview of a change is tried on. */
export function createSeenContexts({
  capacity = 1000,
  maxContextLength = 8192,
  now,
}: SeenContextsOptions): SeenContexts {
  const seen = new LRUCache<string, { readonly json: string; readonly lastSeenAt: number }>({
    max: capacity,
  });

  const add = (context: Context): void => {
    const name = canonicalKey(context);
    const json = jsonOf(context);
    if (name === undefined || json === undefined || json.length > maxContextLength) return;
    seen.set(name, { json, lastSeenAt: now() });
  };

  return {
    add,
    noteReported(context) {
      const name = canonicalKey(context);
      const known = name === undefined ? undefined : seen.get(name);
      if (name === undefined || known === undefined) add(context);
      else seen.set(name, { ...known, lastSeenAt: now() });
    },
    forget({ kind, key }) {
      for (const [name, { json }] of seen.entries()) {
        const context = readContext(JSON.parse(json));
        if (context !== undefined && keyOfKind(context, kind) === key) seen.delete(name);
      }
    },
    list() {
      return [...seen.values()].map(({ json, lastSeenAt }) => {
        const context: Context = JSON.parse(json);
        return { context, lastSeenAt };
      });
    },
  };
}
