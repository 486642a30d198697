import { describe, expect, test } from 'vitest';
import { encodeEvent, encodeRetry, type ServerSentEvent } from '../../../src/http/sse/encode-event.ts';

describe('an encoded event', () => {
  test.each<[string, ServerSentEvent, string]>([
    ['has its data', { data: '{"a":1}' }, 'data: {"a":1}\n\n'],
    ['names its type first', { event: 'put', data: 'x' }, 'event: put\ndata: x\n\n'],
    ['carries id and retry', { data: 'x', id: '7', retry: 250 }, 'id: 7\nretry: 250\ndata: x\n\n'],
    [
      'splits data on every kind of newline',
      { data: 'a\nb\rc\r\nd' },
      'data: a\ndata: b\ndata: c\ndata: d\n\n',
    ],
    ['keeps empty lines of data', { data: '\n' }, 'data: \ndata: \n\n'],
    ['keeps a leading space of data', { data: ' x' }, 'data:  x\n\n'],
    ['is UTF-8', { data: 'é😀' }, 'data: é😀\n\n'],
  ])('%s', (_name, event, expected) => {
    expect(encodeEvent(event).toString('utf8')).toBe(expected);
  });

  test.each(['a\nb', 'a\rb', 'data: x\r\n\r\n', 'nul\0'])('refuses %j as event or id', (value) => {
    expect(() => encodeEvent({ event: value, data: '' })).toThrow(/must be one line/);
    expect(() => encodeEvent({ id: value, data: '' })).toThrow(/must be one line/);
  });

  test.each([-1, 0.5, Number.NaN, Infinity])('refuses a retry of %d', (retry) => {
    expect(() => encodeEvent({ data: '', retry })).toThrow(/whole milliseconds/);
    expect(() => encodeRetry(retry)).toThrow(/whole milliseconds/);
  });
});
