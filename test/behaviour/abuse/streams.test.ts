import { gzipSync } from 'node:zlib';
import { request, type ClientRequest } from 'node:http';
import { expect, test } from 'vitest';
import { attackedProgram } from '../../support/attacked-program.ts';

test('150 streams, each with 60 KB of empty objects, cost no more than their text', async () => {
  const program = await attackedProgram();
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
