import { expect, test } from 'vitest';
import { loadConfig, SETTINGS } from '../../src/app/config.ts';
import { describeConfig } from '../../src/app/describe-config.ts';

const SECRETS = {
  DATABASE_URL: 'postgres://dj:p4ssw0rd@db.example:5433/toggle?password=p4ssw0rd',
  LD_SDK_KEY: 'sdk-p4ssw0rd',
  ADMIN_TOKEN: 'p4ssw0rd-p4ssw0rd-p4ssw0rd-p4ssw0rd',
  SDK_KEY: 'p4ssw0rd-p4ssw0rd-p4ssw0rd-p4ssw0rd',
  MOBILE_KEY: 'p4ssw0rd-p4ssw0rd-p4ssw0rd-p4ssw0rd',
};

test('says how the program runs, and no secret', () => {
  const text = JSON.stringify(describeConfig(loadConfig({ ...SECRETS, AUDIT_RETENTION_DAYS: '90' })));
  expect(text).toContain('PostgreSQL on db.example:5433, toggle');
  expect(text).toContain('from LaunchDarkly');
  expect(text).toContain('90 days, then archived in the data folder');
  expect(text).not.toContain('p4ssw0rd');
});

test('names only environment variables that there are', () => {
  const named = describeConfig(loadConfig({}))
    .flatMap(({ entries }) => entries)
    .flatMap(({ variable }) => variable?.split(', ') ?? []);
  expect(named.filter((variable) => !SETTINGS.includes(variable))).toEqual([]);
  expect(named).toContain('EVENT_RETENTION_DAYS');
});
