import { Agent, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FlagState } from '../../src/evaluation/evaluator.ts';
import { createOfrepRouter } from '../../src/http/ofrep/create-ofrep-router.ts';
import { CLIENT_SIDE_ID, SDK_KEY, startSdkApp, type SdkApp } from '../support/sdk-app.ts';
import { CONTEXTS, Differences, evaluator, FLAG_KEYS } from './support/answers.ts';
import { openFeatureContext } from './support/open-feature-context.ts';
import { RICH_FLAGS } from './support/rich-flags.ts';

let app: SdkApp;
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
beforeAll(async () => {
  app = await startSdkApp({ seed: RICH_FLAGS, routers: (parts) => [createOfrepRouter(parts).router] });
});
afterAll(async () => {
  agent.destroy();
  await app.close();
});

/** Leaner than fetch: thousands of these. */
function ask(path: string, headers: Record<string, string> = {}, body?: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${app.url}${path}`,
      {
        agent,
        method: body === undefined ? 'GET' : 'POST',
        headers: { 'content-type': 'application/json', ...headers },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (text += part));
        response.on('end', () => resolve(JSON.parse(text)));
      },
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const b64 = (context: unknown): string => Buffer.from(JSON.stringify(context)).toString('base64url');

/** Sixteen at a time, as many as there are sockets. */
async function eachContext(check: (context: (typeof CONTEXTS)[number]) => Promise<void>): Promise<void> {
  const waiting = CONTEXTS.values();
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (const context of waiting) await check(context);
    }),
  );
}

test('evaluation over REST gives the evaluator’s answers', async () => {
  const differences = new Differences();
  await eachContext(async (context) => {
    const path = `/sdk/evalx/${CLIENT_SIDE_ID}/contexts/${b64(context)}?withReasons=true`;
    const answers = (await ask(path)) as Record<string, FlagState & { flagVersion: number }>;
    const wanted = evaluator.evaluateAll(context, { clientSide: 'environment-id', withReasons: true });
    for (const key of FLAG_KEYS) {
      const { version: _version, flagVersion, ...answer } = answers[key] ?? { flagVersion: -1 };
      differences.compare(key, context, { ...answer, version: flagVersion }, wanted[key]);
    }
  });
  expect(differences.found).toEqual([]);
  expect(differences.compared).toBe(CONTEXTS.length * FLAG_KEYS.length);
});

test('OFREP gives the evaluator’s answers', async () => {
  const differences = new Differences();
  await eachContext(async (context) => {
    const { flags } = (await ask(
      '/ofrep/v1/evaluate/flags',
      { authorization: `Bearer ${SDK_KEY}` },
      { context: openFeatureContext(context) },
    )) as { flags: { key: string; value: unknown; variant: string; metadata?: { reason: string } }[] };
    const wanted = evaluator.evaluateAll(context, { withReasons: true });
    for (const { key, value, variant, metadata } of flags) {
      const answer = {
        value,
        variant,
        reason: JSON.parse(metadata?.reason ?? 'null') as unknown,
      };
      const { value: wantedValue, variation, reason } = wanted[key] ?? { value: undefined };
      differences.compare(key, context, answer, {
        value: wantedValue,
        variant: variation?.toString() ?? '',
        reason,
      });
    }
  });
  expect(differences.found).toEqual([]);
  expect(differences.compared).toBe(CONTEXTS.length * FLAG_KEYS.length);
});
