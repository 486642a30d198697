import { isAbsolute } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, loadConfig } from '../../src/app/config.ts';

describe('the configuration', () => {
  test('with nothing set, the site listens on loopback with local flags and SQLite', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 3000,
      auth: true,
      demoIdentity: true,
      demo: false,
      logLevel: 'info',
    });
    expect(config.launchdarkly).toBeUndefined();
    expect(config.databaseUrl).toBeUndefined();
    expect(isAbsolute(config.dataDir)).toBe(true);
  });

  test('an empty value counts as not set', () => {
    expect(loadConfig({ PORT: '', LD_SDK_KEY: '' })).toEqual(loadConfig({}));
  });

  test("LaunchDarkly's addresses come together with its key", () => {
    expect(loadConfig({ LD_SDK_KEY: 'sdk-1', LD_STREAM_URI: 'http://127.0.0.1:9' }).launchdarkly).toEqual({
      sdkKey: 'sdk-1',
      streamUri: 'http://127.0.0.1:9',
    });
  });

  test('webhook targets are a list, and the public address has no slash at its end', () => {
    const config = loadConfig({
      WEBHOOK_TARGETS: 'hooks.internal, 10.0.0.0/8',
      PUBLIC_URL: 'https://toggle.example.com/',
    });
    expect(config.webhookTargets).toEqual(['hooks.internal', '10.0.0.0/8']);
    expect(config.publicUrl).toBe('https://toggle.example.com');
  });

  test('AUTH=off is allowed on loopback only', () => {
    expect(loadConfig({ AUTH: 'off' }).auth).toBe(false);
    expect(() => loadConfig({ AUTH: 'off', HOST: '0.0.0.0' })).toThrow(/^AUTH: .*loopback/);
  });

  test.each([
    ['PORT', 'abc'],
    ['PORT', '-1'],
    ['PORT', '70000'],
    ['PORT', '1e3'],
    ['HOST', 'no host'],
    ['DATABASE_URL', 'mysql://secret-host/x'],
    ['LD_BASE_URI', 'ftp://secret-host'],
    ['LD_SDK_KEY', 'two words'],
    ['ADMIN_TOKEN', 'short-secret'],
    ['SDK_KEY', 'short'],
    ['CLIENT_SIDE_ID', 'a b'],
    ['AUTH', 'maybe'],
    ['DEMO_IDENTITY', 'yes'],
    ['LOG_LEVEL', 'loud'],
    ['TRUSTED_PROXIES', '-1'],
    ['PUBLIC_URL', 'toggle.example.com'],
    ['WEBHOOK_TARGETS', 'a;b'],
    ['EVENT_RETENTION_DAYS', '4000'],
    ['MAX_METRIC_EVENTS', '9999'],
  ])('a bad %s is named in one line, without its value', (name, value) => {
    const attempt = (): unknown => loadConfig({ [name]: value });
    expect(attempt).toThrow(ConfigError);
    try {
      attempt();
    } catch (error) {
      const message = error instanceof Error ? error.message : '';
      expect(message).toMatch(new RegExp(`^${name}: expected `));
      expect(message).not.toContain('\n');
      expect(message).not.toContain(value);
    }
  });

  test('every variable that is wrong is named at once', () => {
    expect(() => loadConfig({ PORT: 'x', AUTH: 'x' })).toThrow(/PORT: .*; AUTH: /);
  });
});
