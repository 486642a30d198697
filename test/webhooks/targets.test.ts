import { describe, expect, test } from 'vitest';
import { createTargets } from '../../src/webhooks/targets.ts';

const LEADS_INSIDE = [
  'http://2130706433/',
  'https://0x7f.1/',
  'https://0177.0.0.1/',
  'https://127.1/',
  'https://①②⑦.⓪.⓪.①/',
  'https://[::]/',
  'https://[::1]/',
  'https://[::ffff:7f00:1]/',
  'https://[::ffff:0:127.0.0.1]/',
  'https://[::127.0.0.1]/',
  'https://[64:ff9b::7f00:1]/',
  'https://[fd00:ec2::254]/',
  'https://[fe80::1]/',
  'https://[2001::1]/',
  'https://[2001:db8::1]/',
  'https://[2002:7f00:1::]/',
  'https://localhost./',
  'https://localhost/',
  'https://app.localhost/',
  'https://printer.local/',
  'https://metadata.google.internal/',
  'https://database/',
  'https://169.254.169.254/latest/meta-data',
  'https://169.254.170.2/v2/credentials',
  'https://10.0.0.1/',
  'https://172.16.3.4/',
  'https://192.168.1.1/',
  'https://100.64.0.1/',
  'https://0.0.0.0/',
  'https://224.0.0.1/',
  'https://255.255.255.255/',
];

const NOT_A_TARGET = [
  'file:///etc/passwd',
  'gopher://example.com/',
  'https://user:pw@example.com/',
  'https://user@example.com/',
  'https://example.com:22/',
  'http://example.com/',
  `https://example.com/${'a'.repeat(3_000)}`,
  'https://xn--pple-43d.com/',
  'https://аpple.com/',
  'https://exa%00mple.com/',
  'https://',
  'hooks',
  '',
];

describe('where webhooks may go', () => {
  test.each([
    'https://example.com/hook',
    'https://example.com:8443/hook?a=b',
    'https://93.184.216.34/',
    'https://[2606:2800:220:1:248:1893:25c8:1946]/',
  ])('%s: yes', (url) => {
    expect(createTargets().check(url)).toMatchObject({ ok: true });
  });

  test.each(LEADS_INSIDE)('%s: forbidden_target', (url) => {
    expect(createTargets().check(url)).toMatchObject({ ok: false, code: 'forbidden_target' });
  });

  test.each(NOT_A_TARGET)('%s: invalid_url', (url) => {
    expect(createTargets().check(url)).toMatchObject({ ok: false, code: 'invalid_url' });
  });

  test.each([
    ['a range', '10.0.0.0/8', 'http://10.1.2.3:9000/hook'],
    ['an address', '127.0.0.1', 'http://127.0.0.1:8080/'],
    ['a name', 'hooks.internal', 'http://hooks.internal:8080/'],
    ['an IPv6 range', 'fd00::/8', 'http://[fd00::1]:8080/'],
  ])('%s that is allowed may be private, plain and on any port', (_what, allowed, url) => {
    expect(createTargets([allowed]).check(url)).toMatchObject({ ok: true });
    expect(createTargets().check(url)).toMatchObject({ ok: false });
  });

  test.each([
    ['example.com', '93.184.216.34', true],
    ['example.com', '127.0.0.1', false],
    ['example.com', '::ffff:10.0.0.1', false],
    ['example.com', '64:ff9b::a00:1', false],
    ['hooks.internal', '10.0.0.1', true],
  ])('a connection to %s may go to %s: %s', (hostname, address, allowed) => {
    expect(createTargets(['hooks.internal']).allows(hostname, address)).toBe(allowed);
  });
});
