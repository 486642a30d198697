import { Agent, request, type ClientRequest, type RequestOptions } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect, test, vi } from 'vitest';
import { onAttackedPrograms } from '../../support/attacked-program.ts';

// What each attack costs is in docs/security.md.
vi.setConfig({ testTimeout: 60_000 });
onAttackedPrograms((attacked) => {
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
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${program.key('ADMIN_TOKEN')}`,
        },
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

  test('hundreds of posts of one listener write a hundred rows in ten seconds, and the kill switch works', async () => {
    const program = attacked();
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    const statuses = new Map<number, number>();
    const post = async (): Promise<void> => {
      const status = await statusOf(
        { agent, port: new URL(program.url).port, method: 'POST', path: '/page-load?user=mallory' },
        '{"milliseconds":1}',
      );
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    };
    const { failed, grownMiB } = await program.during(async () => {
      for (let round = 0; round < 6; round += 1) await Promise.all(Array.from({ length: 100 }, post));
    });
    agent.destroy();
    expect(failed).toBe(0);
    expect(grownMiB).toBeLessThan(64);
    expect(statuses.get(204)).toBeGreaterThanOrEqual(100);
    expect(statuses.get(429)).toBeGreaterThan(0);
    expect(statuses.size).toBe(2);
    const killed = await fetch(`${program.url}/flags/progressive-rollout`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${program.key('ADMIN_TOKEN')}` },
      body: '{"status":false}',
    });
    expect(killed.status).toBe(200);
  });
});

/** 0 when there was no response. */
async function statusOf(options: RequestOptions, body: string): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const sent = request({ host: '127.0.0.1', headers: { 'content-type': 'application/json' }, ...options });
  sent.on('error', () => resolve(0));
  sent.on('response', (response) => {
    response.resume().on('end', () => resolve(response.statusCode ?? 0));
  });
  sent.end(body);
  return promise;
}
