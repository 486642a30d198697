import { onTestFinished } from 'vitest';
import { openApp, type App, type AppOptions } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { createClientErrorHandler } from '../../src/http/guard/client-errors.ts';
import { createLogger } from '../../src/http/guard/logging.ts';
import { SERVER_LIMITS } from '../../src/http/guard/server-limits.ts';
import { startServer } from '../../src/server.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface RunningApp {
  readonly url: string;
  readonly app: App;
  /** The keys that the first start made, by the name of their variable. */
  readonly key: (name: string) => string;
  /** JSON lines. */
  readonly logLines: readonly string[];
  /** Also called when the test ends. */
  readonly stop: () => Promise<void>;
}

/** The whole program in this process, on a free port, with a data folder of its own unless `DATA_DIR` says otherwise. */
export async function startApp(
  env: Readonly<Record<string, string>> = {},
  options: AppOptions = {},
): Promise<RunningApp> {
  const config = loadConfig({ PORT: '0', DATA_DIR: temporaryFolder(), LOG_LEVEL: 'warn', ...env });
  const logLines: string[] = [];
  const log = createLogger({
    level: config.logLevel,
    destination: { write: (line) => void logLines.push(line) },
  });
  const app = await openApp(config, log, { processMetrics: false, ...options });
  const server = await startServer(app.handler, config, {
    ...SERVER_LIMITS,
    onClientError: createClientErrorHandler(log),
  });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      await app.drain(0);
      await server.stop(1_000);
      await app.close();
    })();
    return stopped;
  };
  onTestFinished(stop);
  const key = (name: string): string => {
    const found = app.firstKeys.find((each) => each.name === name)?.value;
    if (found === undefined) throw new Error(`the first start made no ${name}`);
    return found;
  };
  return { url: server.url, app, key, logLines, stop };
}
