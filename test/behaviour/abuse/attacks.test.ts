import { request, type ClientRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect, test, vi } from 'vitest';
import { useAttackedProgram } from '../../support/attacked-program.ts';

// What each attack costs is in docs/security.md.
vi.setConfig({ testTimeout: 60_000 });
const attacked = useAttackedProgram();

test('150 streams, each with 60 KB of empty objects, cost no more than their text', async () => {
  const program = attacked();
  const context = { kind: 'user', key: 'mallory', list: Array.from({ length: 20_000 }, () => ({})) };
  const body = gzipSync(JSON.stringify(context));
  const opened: ClientRequest[] = [];
  const open = async (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const sent = request(`${program.url}/eval/${program.key('CLIENT_SIDE_ID')}`, {
      method: 'REPORT',
      agent: false,
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    });
    opened.push(sent);
    sent.on('error', () => {});
    sent.on('response', (response) => {
      response.on('error', () => {});
      response.once('data', () => resolve());
    });
    sent.end(body);
    await promise;
  };
  const { failed, answered, grownMiB } = await program.during(async () => {
    for (let round = 0; round < 15; round += 1) await Promise.all(Array.from({ length: 10 }, open));
  });
  for (const sent of opened) sent.destroy();
  expect(failed).toBe(0);
  expect(answered).toBeGreaterThan(0);
  expect(grownMiB).toBeLessThan(64);
});

test('previews with 200 patterns are refused before they are compiled, and expensive ones end within a second', async () => {
  const program = attacked();
  const previewed = async (patterns: readonly string[]): Promise<number> => {
    const clauses = [{ attribute: 'bio', op: 'matches', values: patterns }];
    const response = await fetch(`${program.url}/flags/progressive-rollout/preview`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${program.key('ADMIN_TOKEN')}` },
      body: JSON.stringify({ definition: { rules: [{ clauses, variation: 0 }] } }),
    });
    return response.status;
  };
  const bio = 'ab'.repeat(500);
  for (let nth = 0; nth < 50; nth += 1) {
    const context = Buffer.from(JSON.stringify({ kind: 'user', key: `user-${nth}`, bio }));
    await fetch(
      `${program.url}/sdk/evalx/${program.key('CLIENT_SIDE_ID')}/contexts/${context.toString('base64url')}`,
    );
  }
  const patterns = (count: number): string[] =>
    Array.from({ length: count }, (_, nth) => `${'a'.repeat(nth)}(?:[^x]?[^y]?){200}z`);
  const { failed, answered, grownMiB } = await program.during(async () => {
    for (let round = 0; round < 3; round += 1) {
      expect(await previewed(patterns(200))).toBe(422);
      expect(await previewed(['[^a]{999}'.repeat(28)])).toBe(422);
      expect(await previewed(patterns(4))).toBe(200);
    }
  });
  expect(failed).toBe(0);
  expect(answered).toBeGreaterThan(0);
  expect(grownMiB).toBeLessThan(64);
});
