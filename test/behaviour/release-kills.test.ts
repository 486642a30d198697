import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { spawnRunningProgram } from '../support/spawned-program.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROUNDS = 10;
const STAGES = 40;

test('a release whose program is killed over and over skips no stage, does none twice, and ends as it would have', async () => {
  const env = { DATA_DIR: temporaryFolder(), AUTH: 'off' };
  let program = await spawnRunningProgram(env);
  const call = async (path: string, body?: object) => {
    const response = await fetch(`${program.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    return answer;
  };
  const stages = Array.from({ length: STAGES }, (_, index) => ({ share: (index + 1) * 2.5, hold: '100ms' }));
  const { id } = (await call('/releases', { flag: 'progressive-rollout', from: 1, to: 0, stages })) as {
    readonly id: string;
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    await wait(Math.random() * 400);
    program.child.kill('SIGKILL');
    await program.exitCode;
    program = await spawnRunningProgram(env);
  }
  await expect
    .poll(async () => call(`/releases/${id}`), { timeout: 60_000 })
    .toMatchObject({ state: 'completed' });
  const decisions = (await call(`/releases/${id}/decisions`)) as readonly {
    readonly action: string;
    readonly record: { readonly after: { readonly stage: number } };
  }[];
  expect(decisions.map(({ action, record }) => [action, record.after.stage])).toEqual([
    ['started', 0],
    ...Array.from({ length: STAGES - 1 }, (_, index) => ['advanced', index + 1]),
    ['completed', STAGES - 1],
  ]);
  const audit = (await call('/audit?limit=100')) as readonly { readonly author: { readonly via: string } }[];
  expect(audit.filter(({ author }) => author.via === 'release')).toHaveLength(STAGES);
}, 180_000);
