import type { Request, Response } from 'express';
import type { Context } from '../../evaluation/model.ts';
import { listenerContext } from '../../flags/listener-context.ts';
import type { PersonalCookies } from './personal-cookies.ts';
import { queryOf } from '../input/parse.ts';
import {
  ANONYMOUS,
  isAnonymous,
  parsePersona,
  personaGiven,
  restorePersona,
  type Persona,
} from './persona.ts';

export const LISTENER_COOKIE = 'listener';
export const PERSONA_COOKIE = 'persona';

/** Who is asking. */
export interface Listener {
  /** `persona.user`, else the random key of the cookie. */
  readonly key: string;
  readonly persona: Persona;
  /** True when the persona came with the address: then the page's links carry it too. */
  readonly personaInAddress: boolean;
  readonly context: Context;
  readonly userAgent: string | undefined;
}

export interface IdentifyListener {
  /** Sets a new cookie when there is none that verifies. @throws Problem 400 for a persona that does not validate. */
  (request: Request, response: Response): Listener;
}

export interface IdentifyListenerOptions {
  readonly cookies: PersonalCookies;
  /** At least 128 random bits, as URL-safe text. */
  readonly randomKey: () => string;
  /** False: the persona of addresses and cookies is ignored. */
  readonly demoIdentity: boolean;
}

export function createIdentifyListener(options: IdentifyListenerOptions): IdentifyListener {
  const { cookies, randomKey, demoIdentity } = options;

  function ownKey(request: Request, response: Response): string {
    const known = cookies.read(request, response, LISTENER_COOKIE);
    if (known !== undefined) return known;
    const fresh = randomKey();
    cookies.write(response, LISTENER_COOKIE, fresh);
    return fresh;
  }

  return (request, response) => {
    const cookieKey = ownKey(request, response);
    const query = queryOf(request);
    const personaInAddress = demoIdentity && personaGiven(query);
    const persona = personaInAddress
      ? parsePersona(query)
      : demoIdentity
        ? restorePersona(cookies.read(request, response, PERSONA_COOKIE))
        : ANONYMOUS;
    const key = persona.user ?? cookieKey;
    const { groups, country, plan } = persona;
    const context = listenerContext({ key, groups, country, plan, anonymous: isAnonymous(persona) });
    return { key, persona, personaInAddress, context, userAgent: request.headers['user-agent'] };
  };
}
