import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Balancer, startBalancer } from '../support/balancer.ts';
import { hasNginx, startNginx } from '../support/nginx.ts';
import { spawnRunningProgram } from '../support/spawned-program.ts';

test(
  `three rolling restarts behind ${hasNginx ? 'nginx' : 'a balancer of our own'}, without one request that fails`,
  { timeout: 180_000 },
  async () => {
    const balancer = hasNginx ? startNginx() : await startBalancer();
    const env = { SHUTDOWN_DELAY: '1' };
    let current = await spawnRunningProgram(env);
    balancer.setInstances([current.url]);
    await balancer.whenReady(current.url);

    const statuses = new Map<number, number>();
    const state = { isOver: false };
    const client = async (): Promise<void> => {
      while (!state.isOver) {
        const status = await getPage(balancer);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        await pause(10);
      }
    };
    const clients = [client(), client(), client()];
    for (let restart = 0; restart < 3; restart += 1) {
      const next = await spawnRunningProgram(env);
      balancer.setInstances([current.url, next.url]);
      await balancer.whenReady(next.url);
      current.child.kill('SIGTERM');
      expect(await current.exitCode).toBe(0);
      current = next;
    }
    state.isOver = true;
    await Promise.all(clients);
    expect([...statuses.keys()]).toEqual([200]);
    expect(statuses.get(200)).toBeGreaterThan(10);
  },
);

/** Status 0: no response. */
async function getPage({ where }: Balancer): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const sent = request({ ...where, path: '/', headers: { host: 'localhost' }, agent: false });
  sent.on('error', () => resolve(0));
  sent.on('response', (response) => {
    response.resume().on('end', () => resolve(response.statusCode ?? 0));
    response.on('error', () => resolve(0));
  });
  sent.end();
  return promise;
}
