import type { Logger } from '../../shared/logger.ts';
import type { BinaryLike } from 'node:crypto';
import { join } from 'node:path';
import { Router, type Request, type RequestHandler } from 'express';
import type { Context } from '../../evaluation/model.ts';
import type { FlagEvaluation, FlagClient } from '../../flags/flag-client.ts';
import type { FullPlaylist, TopTen } from '../../playlist/playlist.ts';
import { formField } from '../input/form-field.ts';
import { jsonBody } from '../input/json-body.ts';
import { apiEndpoint } from '../problems/error-handler.ts';
import { queryOf } from '../input/parse.ts';
import { privateResponse } from '../middleware/private-response.ts';
import { formBody } from '../input/form-body.ts';
import { sameOriginOnly } from '../auth/request-origin.ts';
import { onlyMethods } from '../middleware/request-rules.ts';
import { Problem } from '../problems/problem.ts';
import type { StreamHub } from '../sse/stream-hub.ts';
import { createPageStreams, type StreamLimits } from './page-streams.ts';
import type { Assets } from '../html/assets.ts';
import { chooseVersion, type VersionChoice, type PlaylistVersion } from './version-choice.ts';
import { PLAYLIST_FLAG } from '../html/playlist-flag.ts';
import { parseEngagement, type Engagement } from './engagement.ts';
import { createErrorPage, type RenderErrorPage } from './error-page.ts';
import { VERSION_NAMES, versionReason } from './version-reason.ts';
import { createLikedTracks } from './liked-tracks.ts';
import { isWayBack } from './links.ts';
import { parseListQuery, type ListQuery } from './list-query.ts';
import { PERSONA_COOKIE, createIdentifyListener, type Listener } from './listener.ts';
import { ANONYMOUS, isAnonymous, parsePersona, storePersona } from './persona.ts';
import { createPersonalCookies } from './personal-cookies.ts';
import { playlistJson } from './playlist-json.ts';
import { createRenderView, type RenderView } from '../html/render-view.ts';
import { nonceOf } from '../middleware/security-headers.ts';
import { servePlaylist, type ServedPlaylist } from './serve-playlist.ts';
import { sitePage } from './site-page.ts';
import { trackId } from './track-id.ts';
import { siteFrameOf, type SiteViews } from './site-views.ts';

export interface SiteDeps {
  readonly assets: Assets;
  readonly flags: FlagClient;
  readonly topTen: TopTen;
  readonly fullPlaylist: FullPlaylist;
  /** May listeners say who they are? */
  readonly demoIdentity: boolean;
  /** The first signs, all verify. At least one. */
  readonly cookieSecrets: readonly BinaryLike[];
  /** True behind https. */
  readonly secureCookies: boolean;
  /** At least 128 random bits, as URL-safe text. */
  readonly randomKey: () => string;
  readonly log: Logger;
  /** Carries the pages' streams; whoever made it also closes it. */
  readonly streams: StreamHub;
  /** Default 8,000 in this process, 20 from one address. */
  readonly streamLimits?: StreamLimits;
  /** A listener was served this answer: for whoever counts exposures. */
  readonly onExposure?: (exposure: SiteExposure) => void;
  /** The new version threw, and the top 10 stood in for it. */
  readonly onFailure?: (failure: SiteFailure) => void;
}

export interface SiteExposure {
  readonly flagKey: string;
  readonly context: Context;
  readonly answer: FlagEvaluation;
  /** What was served in the end. */
  readonly version: PlaylistVersion;
}

export interface SiteFailure {
  readonly flagKey: string;
  readonly context: Context;
  readonly answer: FlagEvaluation;
  readonly error: unknown;
}

export interface Site {
  readonly router: Router;
  readonly renderErrorPage: RenderErrorPage;
  /** Ends the pages' streams, each told to come back within about `spreadMs` (default 3,000), and lets go of the flag client. */
  readonly closeStreams: (spreadMs?: number) => Promise<void>;
}

const DEFAULT_STREAM_LIMITS: StreamLimits = { perProcess: 8_000, perAddress: 20 };
const RECONNECT_SPREAD_MS = 3_000;
const ROOT = join(import.meta.dirname, '..', '..', '..');

/** The playlist site: the page, its JSON, its stream, its forms and its files. */
export function createSite(deps: SiteDeps): Site {
  const { assets, flags, demoIdentity, log, randomKey } = deps;
  const render: RenderView<SiteViews> = createRenderView(join(ROOT, 'views'));
  const cookies = createPersonalCookies({ secrets: deps.cookieSecrets, secure: deps.secureCookies });
  const identify = createIdentifyListener({ cookies, randomKey, demoIdentity });
  const likes = createLikedTracks(cookies);
  const streams = createPageStreams({
    flags,
    hub: deps.streams,
    limits: deps.streamLimits ?? DEFAULT_STREAM_LIMITS,
    announce: ({ answer, version }, persona) => versionReason(answer, version, persona).because,
    onError: (error) => log.error({ err: error }, 'the pages could not be told of a change'),
  });
  const router = Router();

  async function choose({ context }: Listener): Promise<VersionChoice> {
    const choice = await chooseVersion(flags, context);
    if (choice.error !== undefined)
      log.error({ err: choice.error, flag: PLAYLIST_FLAG }, 'the flag client threw');
    return choice;
  }

  async function serve(
    listener: Listener,
    query: ListQuery,
  ): Promise<{ choice: VersionChoice; served: ServedPlaylist }> {
    const { context } = listener;
    const choice = await choose(listener);
    const { answer } = choice;
    const served = servePlaylist(deps, choice.version, query);
    if (served.failure !== undefined) {
      const { error } = served.failure;
      log.error({ err: error, flag: PLAYLIST_FLAG }, 'the database version failed; the top 10 is served');
      flags.track('playlist-error', context, { version: choice.version });
      deps.onFailure?.({ flagKey: PLAYLIST_FLAG, context, answer, error });
    }
    deps.onExposure?.({ flagKey: PLAYLIST_FLAG, context, answer, version: served.version });
    return { choice, served };
  }

  router.get('/', privateResponse, async (request, response) => {
    const listener = identify(request, response);
    const query = parseListQuery(queryOf(request));
    const { choice, served } = await serve(listener, query);
    const page = sitePage({
      frame: siteFrameOf(assets, nonceOf(response), `Top Tracks: ${VERSION_NAMES[served.version]}`, [
        'site.js',
      ]),
      listener,
      query,
      chosen: choice.version,
      answer: choice.answer,
      served,
      flagStatus: flags.status().detail,
      liked: likes.of(request, response),
      demoIdentity,
    });
    response.type('html').send(render('site', page));
  });

  router.get('/api/playlist', apiEndpoint, privateResponse, async (request, response) => {
    const listener = identify(request, response);
    const { choice, served } = await serve(listener, parseListQuery(queryOf(request)));
    response.json(playlistJson(served, choice.answer, listener));
  });

  router.get('/events', apiEndpoint, privateResponse, async (request, response) => {
    const { context, persona } = identify(request, response);
    await streams.open(request, response, {
      context,
      persona,
      address: request.ip ?? '',
      seen: request.get('last-event-id') ?? queryOf(request)['seen'],
    });
  });

  router.post('/track', sameOriginOnly, privateResponse, readBody, async (request, response) => {
    const listener = identify(request, response);
    const { action, track_name, artist } = parseEngagement(request.body);
    const id = trackId({ track_name, artist });
    // A heart is lit once: lighting it again is no second like.
    if (action !== 'like' || !likes.of(request, response).has(id)) {
      const { version } = await choose(listener);
      flags.track(action, listener.context, { track_name, artist, version });
      if (action === 'like') likes.add(request, response, id);
    }
    if (isForm(request)) response.redirect(303, wayBack(request.body, action));
    else response.status(204).end();
  });

  router.post('/persona', sameOriginOnly, privateResponse, readBody, (request, response) => {
    if (!demoIdentity) throw new Problem(404, 'not_found', 'Listeners cannot say who they are here.');
    // One button lets go of everything that the same form's other fields say.
    const persona =
      formField(request.body, 'persona') === 'anonymous' ? ANONYMOUS : parsePersona(request.body);
    if (isAnonymous(persona)) cookies.clear(response, PERSONA_COOKIE);
    else cookies.write(response, PERSONA_COOKIE, storePersona(persona));
    response.redirect(303, '/');
  });

  for (const path of ['/', '/api/playlist', '/events']) router.all(path, onlyMethods('GET'));
  for (const path of ['/track', '/persona']) router.all(path, onlyMethods('POST'));

  return {
    router,
    renderErrorPage: createErrorPage({ render, assets }),
    closeStreams: async (spreadMs = RECONNECT_SPREAD_MS) => {
      streams.close();
      await deps.streams.drain(spreadMs);
    },
  };
}

const readJson = jsonBody({ limitBytes: 16_384 });

const isForm = (request: Request): boolean => request.is('application/x-www-form-urlencoded') !== false;

/** A form or JSON; anything else is 415. */
const readBody: RequestHandler = (request, response, next) => {
  (isForm(request) ? formBody : readJson)(request, response, next);
};

/** `back`, or for what has two ways out the one that belongs to the action. */
function wayBack(body: unknown, action: Engagement): string {
  const back = formField(body, `back_${action}`) ?? formField(body, 'back');
  return typeof back === 'string' && isWayBack(back) ? back : '/';
}
