import type { LDClient } from '@launchdarkly/node-server-sdk';
import * as z from 'zod';
import type { CrowdPersona } from '../../../demo/personas.ts';
import { connectSite, type SiteClient } from '../../../demo/site-client.ts';
import { listenerContext } from '../../../flags/listener-context.ts';
import type { Logger } from '../../../shared/logger.ts';
import { PLAYLIST_FLAG } from '../../html/playlist-flag.ts';

/** What one interface answers for a listener. */
export interface InterfaceAnswer {
  readonly name: string;
  /** How it was asked. */
  readonly request: string;
  /** Undefined: it gave none, and `reason` says why. */
  readonly value: boolean | undefined;
  readonly reason: string;
}

/** The site and the three interfaces of the flag service, each asked as its own clients ask it. */
export interface Interfaces {
  ask(user: string, persona: CrowdPersona): Promise<readonly InterfaceAnswer[]>;
  close(): Promise<void>;
}

export interface InterfacesOptions {
  /** Of this process. */
  readonly origin: string;
  readonly sdkKey: string;
  /** Of a viewer; undefined with AUTH=off. */
  readonly token: string | undefined;
  readonly log: Logger;
}

const CONNECT_WITHIN_SECONDS = 5;

const reason = z.object({ kind: z.string() });
const site = z.object({ flag: z.object({ value: z.boolean(), reason }) });
const rest = z.object({ value: z.boolean(), reason });
const ofrep = z.object({ value: z.boolean(), reason: z.string() });

export function createInterfaces({ origin, sdkKey, token, log }: InterfacesOptions): Interfaces {
  let connecting: Promise<{ readonly client: SiteClient; readonly sdk: LDClient }> | undefined;
  const connect = async () => {
    const client = await connectSite(origin);
    return { client, sdk: await openSdk(origin, sdkKey, log) };
  };

  return {
    async ask(user, persona) {
      connecting ??= connect();
      const { client, sdk } = await connecting;
      const { groups, country, plan } = persona;
      const query = new URLSearchParams({
        groups: groups.join(','),
        ...(country === undefined ? {} : { country }),
        ...(plan === undefined ? {} : { plan }),
      }).toString();
      const asked = `/users/${encodeURIComponent(user)}/flags/${PLAYLIST_FLAG}?${query}`;
      const page = `/api/playlist?limit=1&user=${encodeURIComponent(user)}&${query}`;
      const evaluation = `/ofrep/v1/evaluate/flags/${PLAYLIST_FLAG}`;
      const context = listenerContext({ key: user, groups, country, plan });
      const { kind: _kind, key: targetingKey, ...attributes } = context;
      return Promise.all([
        answerOf('The site', `GET ${page}`, async () => {
          const { flag } = site.parse(await json(client, 'GET', page, undefined));
          return { value: flag.value, reason: flag.reason.kind };
        }),
        answerOf('LaunchDarkly’s SDK for Node', `variationDetail('${PLAYLIST_FLAG}', context)`, async () => {
          const detail = await sdk.variationDetail(
            PLAYLIST_FLAG,
            { ...context, groups: [...context.groups] },
            false,
          );
          return { value: z.boolean().parse(detail.value), reason: detail.reason.kind };
        }),
        answerOf('OpenFeature, by OFREP', `POST ${evaluation}`, () =>
          json(client, 'POST', evaluation, sdkKey, { context: { targetingKey, ...attributes } }).then(
            (body) => ofrep.parse(body),
          ),
        ),
        answerOf('REST', `GET ${asked}`, async () => {
          const body = rest.parse(await json(client, 'GET', asked, token));
          return { value: body.value, reason: body.reason.kind };
        }),
      ]);
    },
    async close() {
      if (connecting === undefined) return;
      const { client, sdk } = await connecting;
      sdk.close();
      await client.close();
    },
  };
}

const json = async (
  client: SiteClient,
  method: 'GET' | 'POST',
  path: string,
  key: string | undefined,
  body?: object,
): Promise<unknown> => {
  const response = await client.send({
    method,
    path,
    headers: {
      // No listener: no experiment counts it.
      'user-agent': 'dj-toggle-answers-bot/1.0',
      accept: 'application/json',
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.status !== 200) throw new Error(`it answered ${response.status}`);
  return JSON.parse(response.body);
};

async function answerOf(
  name: string,
  request: string,
  ask: () => Promise<Pick<InterfaceAnswer, 'reason'> & { readonly value: boolean }>,
): Promise<InterfaceAnswer> {
  try {
    const { value, reason: why } = await ask();
    return { name, request, value, reason: why };
  } catch (error) {
    return {
      name,
      request,
      value: undefined,
      reason: error instanceof Error ? error.message : String(error),
    };
  }
}

/** The unmodified SDK; only its addresses are set. It is loaded when somebody first wants to see it. */
async function openSdk(origin: string, sdkKey: string, log: Logger): Promise<LDClient> {
  const { init } = await import('@launchdarkly/node-server-sdk');
  const { sdkLogger } = await import('../../../flags/sdk-logger.ts');
  const sdk = init(sdkKey, {
    baseUri: origin,
    streamUri: origin,
    eventsUri: origin,
    sendEvents: false,
    diagnosticOptOut: true,
    logger: sdkLogger(log, sdkKey),
  });
  await sdk.waitForInitialization({ timeout: CONNECT_WITHIN_SECONDS });
  return sdk;
}
