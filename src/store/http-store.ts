import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { FlagSet } from '../evaluation/evaluator.ts';
import { canonicalJson } from './canonical-json.ts';
import { parsePayload, readBounded } from './http-payload.ts';
import { rowsFrom } from './http-rows.ts';
import { type Log, SILENT_LOG } from './log.ts';
import { EMPTY_STATE, advance, changesSince, environmentState, projectList } from './state.ts';
import { DEFAULT_ENVIRONMENT, type EnvironmentRef, type Store, StoreReadOnlyError } from './store.ts';
import { createSubscribers } from './subscribers.ts';

export interface HttpStoreOptions {
  /** Answers `{"flags": {…}, "segments": {…}}`, as LaunchDarkly's `/sdk/latest-all` does, with an ETag if it can. */
  readonly url: string;
  readonly fetch: typeof globalThis.fetch;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Between two questions when all is well. */
  readonly intervalMs: number;
  /** Sent with every question: `Authorization`, say. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whose flags these are. Default: `default`/`production`. */
  readonly environment?: EnvironmentRef;
  /** Whether an answer without flags may empty a store that has some. Default: no. */
  readonly allowEmpty?: boolean;
  /** Whether an answer with lower versions than those held is believed. Default: no. */
  readonly allowOlder?: boolean;
  /** Default: silent. */
  readonly log?: Log;
  /** From 0 up to 1, for the jitter. Default: Math.random. */
  readonly random?: () => number;
}

export type RefreshOutcome =
  | { readonly outcome: 'updated'; readonly sequence: number }
  | { readonly outcome: 'unchanged' }
  /** The last good copy stays. */
  | { readonly outcome: 'kept'; readonly detail: string };

export interface HttpStore extends Store {
  /** Asks now. Never throws; one question at a time. */
  refresh(): Promise<RefreshOutcome>;
}

const ANSWER_LIMIT_MS = 10_000;
const LONGEST_PAUSE_MS = 300_000;
const JITTER = 0.1;

/**
 * A read-only store that follows a document on another server. It keeps the last good copy through anything that the
 * server does, and every change is refused with StoreReadOnlyError. Resolves after the first question, well or ill.
 */
export async function openHttpStore({
  url,
  fetch,
  now,
  intervalMs,
  headers = {},
  environment = DEFAULT_ENVIRONMENT,
  allowEmpty = false,
  allowOlder = false,
  log = SILENT_LOG,
  random = Math.random,
}: HttpStoreOptions): Promise<HttpStore> {
  const subscribers = createSubscribers(log);
  const stopping = new AbortController();
  let state = advance(EMPTY_STATE, {
    projects: [{ key: environment.project, name: environment.project, position: 1 }],
    environments: [
      {
        project: environment.project,
        key: environment.environment,
        name: environment.environment,
        position: 2,
      },
    ],
    items: [],
  }).state;
  let held: { readonly etag: string | null; readonly digest: string } | undefined;
  let levelAt = now();
  let failures = 0;
  let trouble: string | undefined = 'nothing was read yet';

  const snapshot = () => environmentState(state, environment)?.snapshot;

  const adopt = (flagSet: FlagSet): void => {
    const there = environmentState(state, environment);
    if (there === undefined) return;
    const { rows, older } = rowsFrom(there, flagSet, state.position, new Date(now()).toISOString());
    if (older.length > 0 && !allowOlder) {
      throw new Error(`an older copy was served: ${older.join(', ')} had higher versions before`);
    }
    const had = there.snapshot.flags.size + there.snapshot.segments.size;
    if (had > 0 && Object.keys(flagSet.flags).length === 0 && !allowEmpty) {
      throw new Error('an empty set of flags was served where there were some');
    }
    const next = advance(state, rows);
    state = next.state;
    subscribers.tell(next.events);
  };

  const ask = async (): Promise<RefreshOutcome> => {
    const response = await fetch(url, {
      headers: {
        ...headers,
        accept: 'application/json',
        ...(held?.etag ? { 'if-none-match': held.etag } : {}),
      },
      redirect: 'error',
      signal: AbortSignal.any([AbortSignal.timeout(ANSWER_LIMIT_MS), stopping.signal]),
    });
    if (response.status === 304 && held !== undefined) return { outcome: 'unchanged' };
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`the server answered ${response.status}`);
    }
    const flagSet = parsePayload(await readBounded(response));
    // Beside the ETag: there are servers that use one again for another body.
    const digest = createHash('sha256').update(canonicalJson(flagSet)).digest('hex');
    const same = digest === held?.digest;
    if (!same) adopt(flagSet);
    held = { etag: response.headers.get('etag'), digest };
    return same ? { outcome: 'unchanged' } : { outcome: 'updated', sequence: snapshot()?.sequence ?? 0 };
  };

  let asking: Promise<RefreshOutcome> | undefined;
  const refresh = (): Promise<RefreshOutcome> => {
    asking ??= (async (): Promise<RefreshOutcome> => {
      try {
        const outcome = await ask();
        levelAt = now();
        failures = 0;
        trouble = undefined;
        return outcome;
      } catch (error) {
        failures += 1;
        trouble = error instanceof Error ? error.message : String(error);
        if (!stopping.signal.aborted)
          log.warn({ err: error, failures }, 'the flags could not be read; the last good copy stays');
        return { outcome: 'kept', detail: trouble };
      }
    })().finally(() => (asking = undefined));
    return asking;
  };

  const keepAsking = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const pause = Math.min(LONGEST_PAUSE_MS, intervalMs * 2 ** failures);
      const jittered = pause * (1 + JITTER * (2 * random() - 1));
      await wait(jittered, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
      if (!stopping.signal.aborted) await refresh();
    }
  };

  await refresh();
  const running = keepAsking();
  return {
    refresh,
    snapshot: (asked) => environmentState(state, asked)?.snapshot,
    changesSince: (asked, sequence) => changesSince(state, asked, sequence),
    change: refuse,
    undo: refuse,
    createProject: refuse,
    createEnvironment: refuse,
    audit: async () => [],
    verifyAudit: async () => ({ ok: true, entries: 0 }),
    subscribe: subscribers.add,
    projects: () => projectList(state),
    health: () => ({
      ready: held !== undefined,
      detail:
        trouble === undefined ? 'flags are read from another server' : `${trouble}; the last good copy stays`,
      feedLagMs: Math.max(0, now() - levelAt),
    }),
    close: async () => {
      stopping.abort();
      await Promise.all([running, asking]);
    },
  };
}

const refuse = (): Promise<never> =>
  Promise.reject(new StoreReadOnlyError('these flags are read from another server; change them there'));
