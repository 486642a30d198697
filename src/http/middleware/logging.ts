import type { Request, RequestHandler, Response } from 'express';
import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';
import { pinoHttp } from 'pino-http';
import { SECRET_PATTERN } from '../../access/key-format.ts';
import { principalOf } from '../auth/principal.ts';
import { loggablePath } from './loggable-path.ts';

export interface LoggerOptions {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /** Default: standard output. */
  readonly destination?: DestinationStream;
  /** Keys that the configuration gave, in whatever form: never written either. */
  readonly secrets?: readonly string[];
}

const HEADERS = ['authorization', 'x-api-key', 'cookie', 'set-cookie'];
const REDACTED = '[redacted]';

/**
 * JSON lines, one for each event, with times in ISO 8601. Headers that carry keys are left out wherever they are; and
 * whatever somebody logs, the finished line is searched for keys before it is written.
 */
export function createLogger({ level, destination, secrets = [] }: LoggerOptions): Logger {
  const hide = hiderOf(secrets);
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.err },
      redact: {
        paths: HEADERS.flatMap((name) => [`["${name}"]`, `headers["${name}"]`, `*.headers["${name}"]`]),
        censor: REDACTED,
      },
      hooks: { streamWrite: hide },
    },
    ...(destination === undefined ? [] : [destination]),
  );
}

/**
 * One line for each request when it is over: who, what, how it ended, how long it took. A stream is over only when its
 * reader goes, so it gets its line when it opens, and nothing of the log stays with it.
 */
export function requestLog(log: Logger): RequestHandler {
  const logWhenOver = pinoHttp<Request, Response>({
    logger: log,
    genReqId: (req) => req.id,
    quietReqLogger: true,
    quietResLogger: true,
    // The request is described at its end, by us; pino-http would also write all of it out at its start, for nothing.
    wrapSerializers: false,
    serializers: { req: () => undefined, res: () => undefined },
    customAttributeKeys: { reqId: 'requestId' },
    customLogLevel: (_req, res) => (res.statusCode >= 500 ? 'error' : 'info'),
    customSuccessObject: (req, res, { responseTime }) => lineOf(req, res, responseTime),
    customErrorObject: (req, res, _error, { responseTime }) => lineOf(req, res, responseTime),
    customSuccessMessage: (_req, res) => (res.writableFinished ? 'request' : 'request aborted'),
    customErrorMessage: () => 'request',
  });
  return (req, res, next) => {
    if (req.headers.accept?.includes('text/event-stream') === true) {
      log.info(
        { requestId: req.id, method: req.method, path: loggablePath(req.originalUrl), address: req.ip },
        'stream',
      );
    } else {
      logWhenOver(req, res);
    }
    next();
  };
}

function lineOf(req: Request, res: Response, ms: unknown): object {
  const principal = principalOf(res);
  return {
    method: req.method,
    path: loggablePath(req.originalUrl),
    status: res.statusCode,
    ms,
    address: req.ip,
    ...(principal !== undefined && 'keyId' in principal ? { keyId: principal.keyId } : {}),
  };
}

function hiderOf(secrets: readonly string[]): (line: string) => string {
  // A key's characters may be escaped in JSON, so each is looked for as JSON writes it.
  const given = secrets
    .filter((secret) => secret !== '')
    .map((secret) => JSON.stringify(secret).slice(1, -1));
  return (line) => {
    let hidden = line.replaceAll(SECRET_PATTERN, REDACTED);
    for (const secret of given) hidden = hidden.replaceAll(secret, REDACTED);
    return hidden;
  };
}
