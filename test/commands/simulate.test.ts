import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../support/run-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function simulate(plan: unknown) {
  const file = join(temporaryFolder(), 'plan.json');
  writeFileSync(file, typeof plan === 'string' ? plan : JSON.stringify(plan));
  return runCommand('src/commands/simulate.ts', [file]);
}

const question = {
  flag: 'progressive-rollout',
  from: 1,
  to: 0,
  template: 'standard',
  traffic: { newListenersPerSecond: 5 },
  runs: 20,
};

test('npm run simulate tells the stages, the chance and the time of catching what is expected', async () => {
  const expected = [{ metric: 'playlist-error', controlRate: 0.01, newRate: 0.1 }];
  const { code, stdout } = await simulate({ ...question, expected, start: '2100-01-01T00:00:00Z' });
  expect(code).toBe(0);
  expect(stdout).toContain('2100-01-01T00:15:00.000Z  stage 2       25 %  for 45m');
  expect(stdout).toMatch(/Caught in 100 % .* after \d+m/);
  expect(stdout).toContain('A false alarm');
});

test('npm run simulate lists every mistake of a plan', async () => {
  const { code, stderr } = await simulate({
    ...question,
    template: undefined,
    stages: [
      { share: 50, hold: '1m' },
      { share: 20, hold: '1m' },
    ],
    start: '2000-01-01T00:00:00Z',
  });
  expect(code).toBe(2);
  expect(stderr).toContain('/stages/1/share: expected at least 50 %');
  expect(stderr).toContain('/start: expected a time to come');
  expect((await simulate('{')).stderr).toContain('expected JSON');
  expect((await simulate({ ...question, traffic: {} })).stderr).toContain('/traffic/newListenersPerSecond');
});
