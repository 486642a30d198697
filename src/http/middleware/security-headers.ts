import type { RequestHandler, Response } from 'express';
import helmet from 'helmet';

export interface SecurityHeadersOptions {
  /** Behind https: browsers are told to stay there. */
  readonly secure: boolean;
  /** A fresh one for every answer: at least 128 random bits as base64. */
  readonly newNonce: () => string;
}

/**
 * The headers of every page and every other answer. Scripts run only with the answer's nonce, styles and everything else
 * come only from here, and nobody may frame the site.
 */
export function securityHeaders({ secure, newNonce }: SecurityHeadersOptions): RequestHandler[] {
  return [
    (_request, response, next) => {
      response.locals['nonce'] = newNonce();
      next();
    },
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: [(_request, response) => `'nonce-${nonceIn(response)}'`, "'strict-dynamic'"],
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
      // Addresses may carry a persona; no other site is to read them.
      referrerPolicy: { policy: 'same-origin' },
      xFrameOptions: { action: 'deny' },
    }),
  ];
}

function nonceIn(response: object): string {
  const locals: unknown = Reflect.get(response, 'locals');
  const nonce: unknown =
    typeof locals === 'object' && locals !== null ? Reflect.get(locals, 'nonce') : undefined;
  return typeof nonce === 'string' ? nonce : '';
}

/** The nonce for this answer's scripts; empty (so that none runs) when `securityHeaders` did not come first. */
export const nonceOf = (response: Response): string => nonceIn(response);
