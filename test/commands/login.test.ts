import { expect, test } from 'vitest';
import { runCommand } from '../support/run-command.ts';
import { startApp } from '../support/running-app.ts';

const login = (env: Readonly<Record<string, string>>) => runCommand('src/commands/login.ts', [], env);

test('each link of a running program logs in to its dashboard once', async () => {
  const app = await startApp();
  const [first, second] = [await login({ DATA_DIR: app.dataDir }), await login({ DATA_DIR: app.dataDir })];
  expect(first.stdout).toMatch(/^http:\/\/localhost:3000\/dashboard\/login\?token=\S+\n$/);
  expect(second.stdout).not.toBe(first.stdout);
  for (const { stdout } of [first, second]) {
    const { pathname, search } = new URL(stdout.trim());
    const open = () => fetch(app.url + pathname + search, { redirect: 'manual' });
    expect((await open()).headers.getSetCookie().join()).toContain('djt-session=');
    expect((await open()).headers.getSetCookie().join()).not.toContain('djt-session=');
  }
});

test('the link has the address from outside, and with AUTH=off it needs no token', async () => {
  const app = await startApp();
  const env = { DATA_DIR: app.dataDir, PUBLIC_URL: 'https://toggle.example.com' };
  expect((await login(env)).stdout).toMatch(/^https:\/\/toggle\.example\.com\/dashboard\/login\?token=/);
  expect((await login({ AUTH: 'off', PORT: '4000' })).stdout).toBe('http://localhost:4000/dashboard\n');
});
