import type { BinaryLike } from 'node:crypto';
import { join } from 'node:path';
import { Router, type Request } from 'express';
import type { EvaluationReason } from '../../evaluation/detail.ts';
import type { Context } from '../../evaluation/model.ts';
import type { FlagClient, FlagEvaluation } from '../../flags/flag-client.ts';
import type { RolloutPlace } from '../../flags/rollout-place.ts';
import { InvalidCursorError } from '../../playlist/playlist.ts';
import type { Logger } from '../../shared/logger.ts';
import { sameOriginOnly } from '../auth/request-origin.ts';
import type { Assets } from '../html/assets.ts';
import { PLAYLIST_FLAG } from '../html/playlist-flag.ts';
import { createRenderView, type RenderView } from '../html/render-view.ts';
import { sendAscii, sendBody } from '../html/send-body.ts';
import { formField } from '../input/form-field.ts';
import { queryOf } from '../input/parse.ts';
import { clientAddress } from '../auth/client-address.ts';
import { privateResponse } from '../middleware/private-response.ts';
import { onlyMethods } from '../middleware/request-rules.ts';
import { nonceOf } from '../middleware/security-headers.ts';
import { apiEndpoint } from '../problems/error-handler.ts';
import { Problem } from '../problems/problem.ts';
import type { StreamHub } from '../sse/stream-hub.ts';
import { parseEngagement, wayBack } from './engagement.ts';
import { parsePageLoad } from './page-load.ts';
import { createErrorPage, type RenderErrorPage } from './error-page.ts';
import { createLikedTracks } from './liked-tracks.ts';
import { firstPage, parseListQuery, parsePageQuery, type ListQuery } from './list-query.ts';
import { formOrJson, isForm } from './form-or-json.ts';
import { createIdentifyListener, PERSONA_COOKIE, type Listener } from './listener.ts';
import { createPageStreams, type StreamLimits, type ToldChoice } from './page-streams.ts';
import { ANONYMOUS, isAnonymous, parsePersona, storePersona } from './persona.ts';
import { createPersonalCookies } from './personal-cookies.ts';
import { playlistJson } from './playlist-json.ts';
import { servePlaylist, type PlaylistVersions, type ServedPlaylist } from './serve-playlist.ts';
import { sitePage } from './site-page.ts';
import { siteFrameOf, type SiteViews } from './site-views.ts';
import { createTrackCards } from './track-cards.ts';
import { trackId } from './track-id.ts';
import { createWriteLimits, type WriteLimits } from './write-limits.ts';
import { chooseVersion, type PlaylistVersion } from './version-choice.ts';
import { VERSION_NAMES, versionReason } from './version-reason.ts';

export interface SiteDeps extends PlaylistVersions {
  readonly assets: Assets;
  readonly flags: FlagClient;
  /** Where a listener stands in the rollout that decided. Default: unknown, and the page tells no percentage. */
  readonly rolloutPlace?: (context: Context, reason: EvaluationReason) => RolloutPlace | undefined;
  /** The flag's present version. Default: unknown. */
  readonly flagVersion?: () => number | undefined;
  /** Awaited before a version is read: the latency of a demo. Default: nothing. */
  readonly beforeVersion?: (version: PlaylistVersion) => Promise<void>;
  /** Whether a page of the top 10 is counted as failed: the errors of a demo. Default: none is. */
  readonly failsTopTen?: () => boolean;
  /** Whether listeners may say who they are. */
  readonly demoIdentity: boolean;
  /** The first signs, all verify. At least one. */
  readonly cookieSecrets: () => readonly BinaryLike[];
  /** True behind https. */
  readonly secureCookies: boolean;
  /** At least 128 random bits, as URL-safe text. */
  readonly randomKey: () => string;
  /** Milliseconds, by a clock that does not jump: how long the server took for a page. */
  readonly clock: () => number;
  readonly log: Logger;
  /** Carries the pages' streams; its maker closes it. */
  readonly streams: StreamHub;
  /** What listeners may make this process write. Default: the program's limits. */
  readonly writeLimits?: WriteLimits;
  /** Default 8,000 in this process, 20 from one address. */
  readonly streamLimits?: StreamLimits;
  /** Called for every playlist that was served. */
  readonly onExposure?: (exposure: SiteExposure) => void;
  /** Called when the database version threw and the top 10 stood in for it. */
  readonly onFailure?: (failure: SiteFailure) => void;
}

interface Begun {
  readonly choice: ToldChoice;
  readonly flagVersion: number | undefined;
  readonly startedAt: number;
  readonly isRecorded: boolean;
}

export interface SiteExposure {
  readonly flagKey: string;
  readonly context: Context;
  readonly evaluation: FlagEvaluation;
  /** That was evaluated: a newer one may come while the page waits. */
  readonly flagVersion: number | undefined;
  /** What was served in the end. */
  readonly version: PlaylistVersion;
  /** As the browser sent it. */
  readonly userAgent: string | undefined;
  /** How long the server took to choose and read it, in milliseconds. */
  readonly durationMs: number;
}

export interface SiteFailure {
  readonly flagKey: string;
  readonly context: Context;
  readonly evaluation: FlagEvaluation;
  readonly error: unknown;
}

export interface Site {
  readonly router: Router;
  /** What the flag gives a listener at the moment, and why; counts as no page. */
  readonly choose: (listener: Pick<Listener, 'context' | 'persona'>) => Promise<ToldChoice>;
  readonly renderErrorPage: RenderErrorPage;
  readonly openStreams: () => number;
  /** Ends the pages' streams, each told to reconnect within `spreadMs` (default 3,000), and unsubscribes from the flag client. */
  readonly closeStreams: (spreadMs?: number) => Promise<void>;
}

const DEFAULT_STREAM_LIMITS: StreamLimits = { perProcess: 8_000, perAddress: 20 };
const RECONNECT_SPREAD_MS = 3_000;
const VIEWS = join(import.meta.dirname, '..', '..', '..', 'views');

/** The playlist site: the page, its JSON, its stream and its forms. */
export function createSite(deps: SiteDeps): Site {
  const { assets, flags, demoIdentity, log } = deps;
  const render: RenderView<SiteViews> = createRenderView(VIEWS, {
    renderedOnce: ['track', 'record', 'options'],
    asciiOnly: true,
  });
  const cookies = createPersonalCookies({ secrets: deps.cookieSecrets, secure: deps.secureCookies });
  const identify = createIdentifyListener({ cookies, randomKey: deps.randomKey, demoIdentity });
  const writeLimits = deps.writeLimits ?? createWriteLimits({ now: deps.clock });
  const likes = createLikedTracks(cookies);
  const cards = createTrackCards();
  const streams = createPageStreams({
    flags,
    hub: deps.streams,
    limits: deps.streamLimits ?? DEFAULT_STREAM_LIMITS,
    choose,
    onError: (error) => log.error({ err: error }, 'open pages could not be told of a change'),
  });

  async function choose({ context, persona }: Pick<Listener, 'context' | 'persona'>): Promise<ToldChoice> {
    const choice = await chooseVersion(flags, context);
    const { error, evaluation } = choice;
    if (error !== undefined) log.error({ err: error, flag: PLAYLIST_FLAG }, 'the flag client threw');
    const place = deps.rolloutPlace?.(context, evaluation.reason);
    return { ...choice, place, because: versionReason({ ...choice, persona, place }).because };
  }

  /** A choice and the wait that a demo may have put before its version; with the time it began. */
  async function begin(request: Request, listener: Listener): Promise<Begun> {
    const startedAt = deps.clock();
    const flagVersion = deps.flagVersion?.();
    const choice = await choose(listener);
    await deps.beforeVersion?.(choice.version);
    return { choice, flagVersion, startedAt, isRecorded: writeLimits.recordsPage(request) };
  }

  function serve(
    { context, userAgent }: Listener,
    { choice, flagVersion, startedAt, isRecorded }: Begun,
    query: ListQuery,
  ): ServedPlaylist {
    const served = servePlaylist(deps, choice.version, query);
    const about = { flagKey: PLAYLIST_FLAG, context, evaluation: choice.evaluation, flagVersion };
    // Before the failure: an error belongs to the version that was served first.
    const durationMs = deps.clock() - startedAt;
    if (isRecorded) deps.onExposure?.({ ...about, version: served.version, userAgent, durationMs });
    if (served.failure !== undefined) {
      const { error } = served.failure;
      log.error({ err: error, flag: PLAYLIST_FLAG }, 'the database version failed; the top 10 is served');
      flags.track('playlist-error', context, { version: choice.version });
      deps.onFailure?.({ ...about, error });
    } else if (choice.version === 'json' && deps.failsTopTen?.() === true) {
      flags.track('playlist-error', context, { version: choice.version });
    }
    return served;
  }

  const router = Router();

  router.get('/', privateResponse, async (request, response) => {
    const listener = identify(request, response);
    const begun = await begin(request, listener);
    const asked = parsePageQuery(queryOf(request));
    const { query, served, isReset } = serveOrRestart(asked, (list) => serve(listener, begun, list));
    const title = `Top Tracks: ${VERSION_NAMES[served.version]}`;
    const page = sitePage({
      frame: siteFrameOf(assets, nonceOf(response), title, ['site.js']),
      listener,
      query,
      isReset,
      choice: begun.choice,
      served,
      cards,
      flagStatus: flags.status().detail,
      liked: likes.of(request, response),
      demoIdentity,
    });
    sendAscii(response, 'text/html; charset=utf-8', render('site', page));
  });

  router.get('/api/playlist', apiEndpoint, privateResponse, async (request, response) => {
    const listener = identify(request, response);
    const query = parseListQuery(queryOf(request));
    const begun = await begin(request, listener);
    const served = withCursorProblem(() => serve(listener, begun, query));
    const body = playlistJson(served, begun.choice.evaluation, listener);
    sendBody(response, 'application/json; charset=utf-8', body);
  });

  router.get('/events', apiEndpoint, privateResponse, async (request, response) => {
    await streams.open(request, response, {
      listener: identify(request, response),
      address: clientAddress(request),
      seen: request.get('last-event-id') ?? queryOf(request)['seen'],
    });
  });

  router.post('/track', sameOriginOnly, privateResponse, formOrJson, async (request, response) => {
    const listener = identify(request, response);
    writeLimits.checkForm(request, listener.key);
    const engagement = parseEngagement(request.body);
    const { action, track_name, artist } = engagement;
    const id = trackId({ track_name, artist });
    // A track that is liked already is not counted again.
    if (action !== 'like' || !likes.of(request, response).has(id)) {
      const { version } = await chooseVersion(flags, listener.context);
      flags.track(action, listener.context, { track_name, artist, version });
      if (action === 'like') likes.add(request, response, id);
    }
    if (isForm(request)) response.redirect(303, wayBack(request.body, engagement));
    else response.status(204).end();
  });

  router.post('/page-load', sameOriginOnly, privateResponse, formOrJson, async (request, response) => {
    const { context, key } = identify(request, response);
    writeLimits.checkForm(request, key);
    const { milliseconds } = parsePageLoad(request.body);
    const { version } = await chooseVersion(flags, context);
    flags.track('page-load', context, { version }, milliseconds);
    response.status(204).end();
  });

  router.post('/persona', sameOriginOnly, privateResponse, formOrJson, (request, response) => {
    if (!demoIdentity) throw new Problem(404, 'not_found', 'Listeners cannot say who they are here.');
    // The button “Anonymous” is in the same form as the other fields, which then do not count.
    const persona =
      formField(request.body, 'persona') === 'anonymous' ? ANONYMOUS : parsePersona(request.body);
    if (isAnonymous(persona)) cookies.clear(response, PERSONA_COOKIE);
    else cookies.write(response, PERSONA_COOKIE, storePersona(persona));
    response.redirect(303, '/');
  });

  for (const path of ['/', '/api/playlist', '/events']) router.all(path, onlyMethods('GET'));
  for (const path of ['/track', '/page-load', '/persona']) router.all(path, onlyMethods('POST'));

  return {
    router,
    choose,
    renderErrorPage: createErrorPage({ render, assets }),
    openStreams: () => streams.count(),
    closeStreams: async (spreadMs = RECONNECT_SPREAD_MS) => {
      streams.close();
      await deps.streams.drain(spreadMs);
    },
  };
}

/** Serves the list from its beginning when its cursor is stale. */
function serveOrRestart(
  { query, isReset }: { readonly query: ListQuery; readonly isReset: boolean },
  serve: (query: ListQuery) => ServedPlaylist,
): { readonly query: ListQuery; readonly isReset: boolean; readonly served: ServedPlaylist } {
  try {
    return { query, isReset, served: serve(query) };
  } catch (error) {
    if (!(error instanceof InvalidCursorError)) throw error;
    const beginning = firstPage(query);
    return { query: beginning, isReset: true, served: serve(beginning) };
  }
}

function withCursorProblem(serve: () => ServedPlaylist): ServedPlaylist {
  try {
    return serve();
  } catch (error) {
    if (!(error instanceof InvalidCursorError)) throw error;
    throw new Problem(
      400,
      'invalid_cursor',
      'cursor: expected the next or previous of an earlier response to the same q, sort and direction; leave it out to start at the first page',
      { cause: error },
    );
  }
}
