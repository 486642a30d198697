import { isUtf8 } from 'node:buffer';
import { MIMEType } from 'node:util';
import type { Request, RequestHandler } from 'express';
import { parse as secureParse } from 'secure-json-parse';
import { Problem } from '../problems/problem.ts';
import { DEFAULT_JSON_LIMITS, scanJson } from './json-scan.ts';
import type { JsonFinding, JsonLimits } from './json-scan.ts';
import { readBody } from './read-body.ts';

export interface JsonBodyOptions {
  /** Of the body as it is after decompression. Default 262,144 (256 KB). */
  readonly limitBytes?: number;
  /** Whether a request without a body is refused. Default true; when false, `req.body` is then undefined. */
  readonly required?: boolean;
  /** Where this endpoint takes more than DEFAULT_JSON_LIMITS. */
  readonly limits?: Partial<JsonLimits>;
}

/** Findings that are about JSON itself; the others are about its content. */
const STATUS: Readonly<Record<JsonFinding['code'], 400 | 422>> = {
  too_deep: 400,
  duplicate_key: 400,
  invalid_string: 422,
  invalid_number: 422,
  limit_exceeded: 422,
};

/** What secure-json-parse says when it refuses a name; its other SyntaxErrors are JSON.parse's. */
const FORBIDDEN = 'Object contains forbidden prototype property';

/**
 * Reads a JSON body into `req.body`, or refuses it as the table of bad input says: what it lets through is UTF-8, at
 * most `limitBytes`, not too deep, without names given twice or names that reach a prototype, and every string and
 * number in it is kept as it came (`-0` becomes 0).
 */
export function jsonBody({
  limitBytes = 262_144,
  required = true,
  limits = {},
}: JsonBodyOptions = {}): RequestHandler {
  const allLimits = { ...DEFAULT_JSON_LIMITS, ...limits };
  return async (req, _res, next) => {
    if (required || hasBody(req)) {
      requireJsonType(req);
      req.body = parseJson(await readBody(req, limitBytes), allLimits);
    }
    next();
  };
}

/** The value of a JSON text in UTF-8, by the same rules; throws Problem. */
export function parseJson(bytes: Buffer, limits: JsonLimits = DEFAULT_JSON_LIMITS): unknown {
  const text = decodeUtf8(bytes);
  if (text.trim() === '') {
    throw new Problem(400, 'malformed_json', 'The body is empty; a JSON value was expected.');
  }
  const finding = scanJson(text, limits);
  if (finding?.code === 'too_deep') throw findingProblem(finding);
  const value = parseText(text);
  if (finding !== undefined) throw findingProblem(finding);
  return value;
}

function parseText(text: string): unknown {
  try {
    // The reviver costs time, so it runs only where a -0 may be.
    return secureParse(
      text,
      text.includes('-0') ? (_key, value: unknown) => (value === 0 ? 0 : value) : null,
      {
        protoAction: 'error',
        constructorAction: 'error',
      },
    );
  } catch (error) {
    if (error instanceof SyntaxError && error.message === FORBIDDEN) {
      throw new Problem(
        400,
        'forbidden_key',
        'The names __proto__ and constructor.prototype are not allowed.',
        {
          cause: error,
        },
      );
    }
    throw new Problem(400, 'malformed_json', `The body is not valid JSON${where(error)}.`, { cause: error });
  }
}

/** V8 says at what place or at which character, but quotes the input around it; no more than these is passed on. */
function where(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const place = /at position \d+(?: \(line \d+ column \d+\))?/.exec(message)?.[0];
  if (place !== undefined) return ` ${place}`;
  const token = /^Unexpected token (.{1,4}?),/su.exec(message)?.[1];
  return token === undefined ? '' : `: unexpected ${token}`;
}

/** @throws {Problem} 400 `malformed_json` */
function decodeUtf8(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new Problem(400, 'malformed_json', 'The body is not valid UTF-8.');
  const text = bytes.toString('utf8');
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

function findingProblem({ code, detail, pointer }: JsonFinding): Problem {
  return new Problem(STATUS[code], code, detail, { errors: [{ pointer, code, detail }] });
}

function hasBody(req: Request): boolean {
  return req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
}

function requireJsonType(req: Request): void {
  if (req.headers['content-type'] === 'application/json') return;
  const type = mediaType(req.headers['content-type']);
  if (
    type === undefined ||
    !(type.essence === 'application/json' || /^application\/[^;]+\+json$/.test(type.essence))
  ) {
    throw new Problem(
      415,
      'unsupported_media_type',
      `Content-Type must be application/json; it was ${type === undefined ? 'absent or not a media type' : type.essence}.`,
    );
  }
  const charset = type.params.get('charset')?.toLowerCase();
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') {
    throw new Problem(415, 'unsupported_charset', `The body must be UTF-8; charset was ${charset}.`);
  }
}

function mediaType(header: string | undefined): MIMEType | undefined {
  if (header === undefined) return undefined;
  try {
    return new MIMEType(header);
  } catch {
    return undefined;
  }
}
