import type { Request, RequestHandler, Response } from 'express';
import { checkContext } from '../../../evaluation/check-context.ts';
import type { Context } from '../../../evaluation/model.ts';
import { jsonBody, parseJson } from '../../input/json-body.ts';
import { Problem } from '../../problems/problem.ts';
import { pathParameter } from '../shared/path-parameters.ts';
import { MAX_CONTEXT_BYTES } from '../shared/sdk-deps.ts';

/** What an endpoint does with the context that a client evaluates. */
type RespondTo = (req: Request, res: Response, context: Context) => Promise<void> | void;

/** The context is the last segment of the path. */
export const inPath =
  (respond: RespondTo): RequestHandler =>
  (req, res) =>
    respond(req, res, contextFromPath(pathParameter(req, 'context')));

/** The context is the body. */
export const inBody = (respond: RespondTo): RequestHandler[] => [
  jsonBody({ limitBytes: MAX_CONTEXT_BYTES }),
  (req, res) => respond(req, res, contextFrom(req.body)),
];

/** Either alphabet, padded or not: SDKs differ. */
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/** The context in a path: base64url of its JSON. @throws {Problem} 400 `invalid_context`, 413. */
export function contextFromPath(encoded: string): Context {
  if (!BASE64.test(encoded)) throw invalid('the path must end with the base64url of a context');
  const bytes = Buffer.from(encoded, 'base64url');
  if (bytes.length > MAX_CONTEXT_BYTES) {
    throw new Problem(413, 'payload_too_large', `The context is larger than ${MAX_CONTEXT_BYTES} bytes.`);
  }
  let value: unknown;
  try {
    value = parseJson(bytes);
  } catch (cause) {
    const problem = cause instanceof Problem ? cause.message : 'not JSON';
    throw invalid(`the path must end with the base64url of JSON (${problem})`, cause);
  }
  return contextFrom(value);
}

/** The context in a body that is JSON already. @throws {Problem} 400 `invalid_context`. */
export function contextFrom(value: unknown): Context {
  const check = checkContext(value);
  if (check.ok) return check.context;
  throw invalid(check.problem);
}

function invalid(problem: string, cause?: unknown): Problem {
  return new Problem(400, 'invalid_context', `The context is not valid: ${problem}.`, { cause });
}
