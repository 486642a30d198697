import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import express from 'express';
import type { Flag } from '../../src/evaluation/model.ts';
import { createLocalFlagClient, type TrackedEvent } from '../../src/flags/local-flag-client.ts';
import { createErrorHandler, notFound } from '../../src/http/problems/error-handler.ts';
import { securityHeaders } from '../../src/http/middleware/security-headers.ts';
import { createAssets } from '../../src/http/html/assets.ts';
import {
  createSite,
  type SiteDeps,
  type SiteExposure,
  type SiteFailure,
} from '../../src/http/site/create-site.ts';
import { createStreamHub } from '../../src/http/sse/stream-hub.ts';
import type { Track } from '../../src/playlist/playlist.ts';
import { memorySnapshots } from './flag-snapshots.ts';
import { listenOnFreePort, stopListening } from './listen-on-free-port.ts';
import { inventedTrack, memoryPlaylists } from './memory-playlists.ts';

const COOKIE_SECRETS = ['a secret of the test suite'];

/** Beta testers get the full list, all others the top 10. */
export const PROGRESSIVE_ROLLOUT: Flag = {
  key: 'progressive-rollout',
  version: 1,
  on: true,
  variations: [true, false],
  offVariation: 1,
  fallthrough: { variation: 1 },
  rules: [
    {
      id: 'beta-testers',
      clauses: [{ attribute: 'groups', op: 'in', values: ['beta_testers'] }],
      variation: 0,
    },
  ],
  salt: 'test',
};

export interface LogLine {
  readonly level: 'warn' | 'error';
  readonly message: string;
}

export type SiteOverrides = Partial<SiteDeps> & { readonly tracks?: readonly Track[] };

export type SiteApp = Awaited<ReturnType<typeof startSite>>;

/** The site on a free port, with a local flag client over flags in memory and everything it reports kept in lists. */
export async function startSite({ tracks, ...overrides }: SiteOverrides = {}) {
  const snapshots = memorySnapshots(PROGRESSIVE_ROLLOUT);
  const playlists = memoryPlaylists(
    tracks ?? Array.from({ length: 120 }, (_, index) => inventedTrack(index + 1)),
  );
  const logged: LogLine[] = [];
  const tracked: TrackedEvent[] = [];
  const exposures: SiteExposure[] = [];
  const failures: SiteFailure[] = [];
  const log: SiteDeps['log'] = {
    warn: (_fields, message) => logged.push({ level: 'warn', message }),
    error: (_fields, message) => logged.push({ level: 'error', message }),
    info: () => {},
    debug: () => {},
  };
  const streams = createStreamHub({
    now: () => performance.now(),
    random: Math.random,
    onError: (error) => log.error({ err: error }, 'stream failed'),
  });
  const assets = createAssets(join(import.meta.dirname, '..', '..', 'public'));
  const site = createSite({
    assets,
    flags: createLocalFlagClient({ snapshots, onTrack: (event) => tracked.push(event) }),
    topTen: playlists.topTen,
    fullPlaylist: playlists.fullPlaylist,
    demoIdentity: true,
    cookieSecrets: () => COOKIE_SECRETS,
    secureCookies: false,
    randomKey: () => randomBytes(16).toString('base64url'),
    clock: () => performance.now(),
    log,
    streams,
    onExposure: (exposure) => exposures.push(exposure),
    onFailure: (failure) => failures.push(failure),
    ...overrides,
  });

  const app = express();
  app.disable('x-powered-by');
  app.use(securityHeaders({ secure: false, newNonce: () => randomBytes(18).toString('base64') }));
  app.use(assets.router, site.router);
  app.use(notFound);
  app.use(createErrorHandler({ log, renderErrorPage: site.renderErrorPage }));
  const server = createServer({ maxHeaderSize: 16_384 }, app);
  const port = await listenOnFreePort(server);

  return {
    url: `http://127.0.0.1:${port}`,
    site,
    streams,
    snapshots,
    playlists,
    tracked,
    exposures,
    failures,
    /** Replaces the flag by itself with these fields changed. */
    changeFlag: (change: Partial<Flag>) => snapshots.set({ ...PROGRESSIVE_ROLLOUT, version: 2, ...change }),
    /** What was logged since the last look. Noise that no test takes fails at `close`. */
    takeLog: () => logged.splice(0),
    close: async () => {
      streams.close();
      await stopListening(server);
      if (logged.length > 0) throw new Error(`unexpected log: ${JSON.stringify(logged)}`);
    },
  };
}
