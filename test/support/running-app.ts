import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { openApp, type App, type AppOptions } from '../../src/app/app.ts';
import { type Config, loadConfig } from '../../src/app/config.ts';
import { createClientErrorHandler } from '../../src/http/problems/client-errors.ts';
import { createLogger } from '../../src/http/middleware/create-logger.ts';
import { SERVER_LIMITS } from '../../src/http/middleware/server-limits.ts';
import { startServer } from '../../src/app/server.ts';
import { StartError } from '../../src/app/start-error.ts';

export interface RunningApp {
  readonly url: string;
  readonly port: number;
  readonly app: App;
  /** Absolute: DATA_DIR. */
  readonly dataDir: string;
  /** The keys that the first start made, by the name of their variable. */
  readonly key: (name: string) => string;
  /** JSON lines. */
  readonly logLines: readonly string[];
  readonly stop: () => Promise<void>;
}

export interface RunningAppOptions extends AppOptions {
  /** Where to read what ships instead of from the package itself. */
  readonly packageDir?: string;
}

/** The whole program in this process, on a free port, with a data folder of its own unless `DATA_DIR` says otherwise; stopped when the test ends. */
export async function startApp(
  env: Readonly<Record<string, string>> = {},
  options: RunningAppOptions = {},
): Promise<RunningApp> {
  const running = await run(env, options);
  onTestFinished(running.stop);
  return running;
}

/** One app for all tests of a file or group. */
export function useApp(
  env: Readonly<Record<string, string>> = {},
  options: RunningAppOptions = {},
): () => RunningApp {
  let running: RunningApp | undefined;
  beforeAll(async () => {
    running = await run(env, options);
  });
  afterAll(async () => {
    await running?.stop();
  });
  return () => {
    if (running === undefined) throw new Error('the app starts with the first test');
    return running;
  };
}

/** The one line with which a start ends. */
export async function refusalOf(start: Promise<unknown>): Promise<string> {
  const error = await start.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StartError);
  const message = error instanceof Error ? error.message : '';
  expect(message).not.toContain('\n');
  return message;
}

async function run(
  env: Readonly<Record<string, string>>,
  { packageDir, ...options }: RunningAppOptions,
): Promise<RunningApp> {
  const ownFolder = env['DATA_DIR'] === undefined ? mkdtempSync(join(tmpdir(), 'dj-toggle-')) : undefined;
  const removeOwnFolder = (): void => {
    if (ownFolder !== undefined) rmSync(ownFolder, { recursive: true, force: true });
  };
  const config: Config = {
    ...loadConfig({
      PORT: '0',
      LOG_LEVEL: 'warn',
      ...(ownFolder === undefined ? {} : { DATA_DIR: ownFolder }),
      ...env,
    }),
    ...(packageDir === undefined ? {} : { packageDir }),
  };
  const logLines: string[] = [];
  const log = createLogger({
    level: config.logLevel,
    destination: { write: (line) => void logLines.push(line) },
    now: Date.now,
  });
  let app: App;
  try {
    app = await openApp(config, log, { processMetrics: false, ...options });
  } catch (error) {
    removeOwnFolder();
    throw error;
  }
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
      removeOwnFolder();
    })();
    return stopped;
  };
  const key = (name: string): string => {
    const found = app.bootstrapKeys.find((each) => each.name === name)?.value;
    if (found === undefined) throw new Error(`the first start made no ${name}`);
    return found;
  };
  return { url: server.url, port: server.port, app, dataDir: config.dataDir, key, logLines, stop };
}
