import type { RequestListener } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createLogger } from './http/middleware/create-logger.ts';
import { openApp, type App } from './app/app.ts';
import { ConfigError, configFromProcess, type Config } from './app/config.ts';
import { SERVER_LIMITS } from './http/middleware/server-limits.ts';
import { createClientErrorHandler } from './http/problems/client-errors.ts';
import { readableLog } from './app/readable-log.ts';
import { startServer, type RunningServer } from './app/server.ts';
import { EXIT_CONFIG, StartError } from './app/start-error.ts';

const EXIT_FAILURE = 1;
/** As in sysexits.h. */
const EXIT_USAGE = 64;
/** Requests in flight get this long; everything together stays below five seconds. */
const FINISH_REQUESTS_MS = 3_000;
const STREAMS_LEAVE_WITHIN_MS = 1_000;

const USAGE = `Usage: dj-toggle start

Starts the site, the dashboard and the flag service. It is configured by environment variables or .env, which
.env.example lists. Other commands: dj-toggle --help.
`;

async function main(): Promise<void> {
  if (hasArguments(process.argv.slice(2))) return;
  const config = orExit(() => configFromProcess());
  const log = createLogger({
    level: config.logLevel,
    ...(process.stderr.isTTY ? { destination: readableLog(process.stderr) } : {}),
    secrets: secretsOf(config),
    now: Date.now,
  });
  const { app, server } = await open(config, log);
  // What goes to a file or a log collector is read by more people than may log in.
  const showsLink = config.loginLink ?? process.stdout.isTTY;
  const dashboard = showsLink ? app.dashboardPath : '/dashboard';
  process.stdout.write(`${banner(config, app, server.url, dashboard)}\n`);

  let stopping = false;
  const stop = async (exitCode: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    // A balancer asks /ready every few seconds, and sends requests until it has heard.
    app.stopAccepting();
    server.announceStop();
    if (exitCode === 0) await wait(shutdownDelayMs(config));
    // New requests are still answered while the streams end, so that a client that reconnects is not refused.
    await app.drain(STREAMS_LEAVE_WITHIN_MS);
    await server.stop(FINISH_REQUESTS_MS);
    await app.close();
    log.info({}, 'stopped');
    process.exitCode = exitCode;
    // Whatever an open handle of a dependency still hopes for, the work is done.
    setImmediate(() => process.exit());
  };
  process.on('SIGTERM', () => void stop(0));
  process.on('SIGINT', () => {
    if (stopping) process.exit(130);
    void stop(0);
  });
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, event);
      void stop(EXIT_FAILURE);
    });
  }
}

/**
 * The port comes first: a first start writes keys, of which only digests are kept, and one that then found its port
 * taken would never have shown them. Requests that come before the rest is open wait for it.
 */
async function open(config: Config, log: Logger): Promise<{ app: App; server: RunningServer }> {
  const opening = Promise.withResolvers<App>();
  const waitForIt = async (...[request, response]: Parameters<RequestListener>): Promise<void> => {
    const opened = await opening.promise;
    opened.handler(request, response);
  };
  let handler: RequestListener = (request, response) => void waitForIt(request, response);
  try {
    const server = await startServer((request, response) => handler(request, response), config, {
      ...SERVER_LIMITS,
      sharesSockets: config.trustedProxies === 0,
      onClientError: createClientErrorHandler(log),
    });
    const app = await openApp(config, log);
    ({ handler } = app);
    opening.resolve(app);
    return { app, server };
  } catch (error) {
    if (error instanceof StartError) return exitWith(error.exitCode, error.message);
    throw error;
  }
}

/** A person in a terminal does not wait; a balancer must be heard first. */
function shutdownDelayMs({ shutdownDelaySeconds }: Config): number {
  return (shutdownDelaySeconds ?? (process.stdout.isTTY ? 0 : 5)) * 1_000;
}

/** `--help` prints the usage; anything else is refused. */
function hasArguments(args: readonly string[]): boolean {
  const [first] = args;
  if (first === undefined) return false;
  if (first === '--help' || first === '-h') process.stdout.write(USAGE);
  else exitWith(EXIT_USAGE, `${first}: the program takes no arguments\n\n${USAGE.trimEnd()}`);
  return true;
}

function orExit(read: () => Config): Config {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigError) return exitWith(EXIT_CONFIG, error.message);
    throw error;
  }
}

function exitWith(code: number, line: string): never {
  process.stderr.write(`dj-toggle: ${line}\n`);
  process.exit(code);
}

/** What the configuration gave and no log line may show, whatever form it has. */
function secretsOf({
  bootstrapKeys: { adminToken, sdkKey, mobileKey },
  launchdarkly,
}: Config): readonly string[] {
  return [adminToken, sdkKey, mobileKey, launchdarkly?.sdkKey].filter((secret) => secret !== undefined);
}

function banner(config: Config, app: App, url: string, dashboard: string): string {
  return [
    `DJ Toggle on ${url}`,
    '',
    `  site        ${url}/`,
    `  dashboard   ${url}${dashboard}`,
    `  API         ${url}/docs`,
    `  flags       ${app.flagsFrom()}`,
    ...app.bootstrapKeys.map(({ name, value }) => `  ${name.padEnd(14)} ${value}   (shown this once)`),
    ...(config.auth ? [] : ['', '  AUTH is off: every program on this machine may do everything.']),
  ].join('\n');
}

await main();
