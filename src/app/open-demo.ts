import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { createCrowd } from '../demo/crowd.ts';
import type { FaultSwitches } from '../demo/faults.ts';
import type { ServedCounts } from '../demo/served-counts.ts';
import { connectSite } from '../demo/site-client.ts';
import type { LaunchDarklyPlug } from '../demo/unplug.ts';
import { type SavedRun, savedRunSchema } from '../demo/saved-run.ts';
import { createAudience } from './open-audience.ts';
import { createStopwatch } from '../demo/stopwatch.ts';
import type { FlagClient } from '../flags/flag-client.ts';
import { listenerContext } from '../flags/listener-context.ts';
import type { DemoDeps } from '../http/demo/demo-deps.ts';
import { createDemo, type Demo } from '../http/demo/create-demo.ts';
import type { Site } from '../http/site/create-site.ts';
import type { Services } from './open-services.ts';
import type { Disposables } from './disposables.ts';

interface OpenDemoDeps extends Pick<
  DemoDeps,
  'auth' | 'identity' | 'sessions' | 'csrf' | 'assets' | 'streams' | 'now'
> {
  readonly services: Pick<Services, 'store' | 'releases' | 'experiments' | 'keys' | 'pace'>;
  readonly flags: FlagClient;
  readonly site: Pick<Site, 'choose'>;
  readonly faults: FaultSwitches;
  readonly served: ServedCounts;
  readonly plug: LaunchDarklyPlug;
  readonly packageDir: string;
  /** The public site and nothing else. */
  readonly siteOnly: RequestListener;
  readonly log: Logger;
}

/** The pages of a talk, and the crowd that stands still until somebody lets it in. */
export function openDemo(
  { services, site, log, packageDir, siteOnly, ...deps }: OpenDemoDeps,
  disposables: Disposables,
): Demo {
  const { store, releases, experiments, keys, pace } = services;
  const demo = createDemo({
    ...deps,
    store,
    releases,
    experiments,
    keys,
    pace,
    audience: createAudience(siteOnly, log),
    shippedRun: () => readShippedRun(packageDir),
    crowd: createCrowd(connectSite, (error) =>
      log.debug({ err: error }, 'a page did not come for a simulated listener'),
    ),
    stopwatch: createStopwatch(deps.now),
    explain: async (key, { groups, country, plan }) => {
      const persona = { user: key, groups, country, plan };
      const { because, place } = await site.choose({
        persona,
        context: listenerContext({ key, groups, country, plan }),
      });
      return { because, place };
    },
    log,
  });
  disposables.push(() => demo.close());
  return demo;
}

const readShippedRun = (packageDir: string): SavedRun =>
  savedRunSchema.parse(JSON.parse(readFileSync(join(packageDir, 'data', 'talk-run.json'), 'utf8')));
