import { IncomingMessage, ServerResponse } from '../../shared/node-http.ts';
import { Socket } from 'node:net';
import type { RequestHandler, Response } from 'express';
import helmet from 'helmet';

export interface SecurityHeadersOptions {
  /** Behind https: browsers are told to keep using it. */
  readonly secure: boolean;
  /** A new one for every page: at least 128 random bits as base64. */
  readonly newNonce: () => string;
}

const NONCE = 'nonce';
const POLICY = 'content-security-policy';

/**
 * Sets the security headers of every response. Scripts run only with the page's nonce (see `nonceOf`), everything else
 * loads only from this site, and no other site may frame it.
 */
export function securityHeaders({ secure, newNonce }: SecurityHeadersOptions): RequestHandler {
  const headers = helmetHeaders(secure, ["'none'"]);
  const [beforeNonce = '', afterNonce = ''] = policyOf(
    helmetHeaders(secure, ["'nonce-{}'", "'strict-dynamic'"]),
  ).split('{}');
  const startPage = (res: Response): string => {
    const nonce = newNonce();
    res.setHeader(POLICY, `${beforeNonce}${nonce}${afterNonce}`);
    return nonce;
  };
  return (_req, res, next) => {
    for (const [name, value] of headers) res.setHeader(name, value);
    res.locals[NONCE] = startPage;
    next();
  };
}

/**
 * The nonce for the scripts of this response, which becomes a page: its policy allows scripts with this nonce. Without
 * `securityHeaders` it is empty, and no script runs.
 */
export function nonceOf(res: Response): string {
  const nonce: unknown = res.locals[NONCE];
  if (typeof nonce === 'string') return nonce;
  if (typeof nonce !== 'function') return '';
  return (res.locals[NONCE] = String(nonce(res)));
}

type Headers = readonly (readonly [name: string, value: string])[];

/** The headers that helmet sets, computed once, since no response differs in them. */
function helmetHeaders(secure: boolean, scriptSrc: readonly string[]): Headers {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc,
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        formAction: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    // URLs may name a persona; other sites must not read them.
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  })(response.req, response, () => {});
  return Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]);
}

const policyOf = (headers: Headers): string => headers.find(([name]) => name === POLICY)?.[1] ?? '';
