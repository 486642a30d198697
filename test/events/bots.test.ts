import { describe, expect, test } from 'vitest';
import { isBotAgent, isBotContext } from '../../src/events/bots.ts';

const CHROME =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36';
const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

describe('a user agent', () => {
  test.each([
    [GOOGLEBOT, true],
    [CHROME.replace('Chrome', 'HeadlessChrome'), true],
    ['curl/8.1.2', true],
    [CHROME, false],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1',
      false,
    ],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:130.0) Gecko/20100101 Firefox/130.0', false],
    ['', false],
    [undefined, false],
  ])('%s: a bot is %s, asked once and again', (userAgent, isBot) => {
    expect([isBotAgent(userAgent), isBotAgent(userAgent)]).toEqual([isBot, isBot]);
  });

  test('of any length is answered', () => {
    expect(isBotAgent(`${CHROME} ${'x'.repeat(1_000_000)} Googlebot`)).toBe(false);
  });
});

describe('a context says that it is a bot', () => {
  test.each([
    ['by userAgent', { kind: 'user', key: 'a', userAgent: GOOGLEBOT }, true],
    ['by user_agent', { kind: 'user', key: 'a', user_agent: GOOGLEBOT }, true],
    [
      'in one of its kinds',
      { kind: 'multi', user: { key: 'a' }, device: { key: 'b', userAgent: GOOGLEBOT } },
      true,
    ],
    ['as an older user does', { key: 'a', custom: { userAgent: GOOGLEBOT } }, true],
    ['never with the agent of a browser', { kind: 'user', key: 'a', userAgent: CHROME }, false],
    ['never by something else', { kind: 'user', key: GOOGLEBOT, name: GOOGLEBOT, userAgent: 7 }, false],
  ])('%s', (_, context, isBot) => {
    expect(isBotContext(context)).toBe(isBot);
  });
});
