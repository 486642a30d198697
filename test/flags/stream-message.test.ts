import { describe, expect, test } from 'vitest';
import { faultOfMessage } from '../../src/flags/stream-message.ts';
import { progressiveRollout } from '../support/progressive-rollout.ts';

const flag = progressiveRollout();
const patch = (data: unknown) => JSON.stringify({ path: '/flags/a', data });

describe('a message that the SDK may have', () => {
  test.each([
    ['a full put', 'put', { path: '/', data: { flags: { [flag.key]: flag }, segments: {} } }],
    ['a put without a path', 'put', { data: { flags: {}, segments: {} } }],
    ['a patch of a flag', 'patch', { path: '/flags/progressive-rollout', data: flag }],
    [
      'a patch with nulls for lists, as services in Go send them',
      'patch',
      {
        path: '/flags/a',
        data: { key: 'a', version: 1, rules: null, targets: null, prerequisites: null, fallthrough: null },
      },
    ],
    ['a tombstone', 'patch', { path: '/flags/a', data: { key: 'a', version: 2, deleted: true } }],
    ['a segment', 'patch', { path: '/segments/a', data: { key: 'a', version: 2, included: ['alice'] } }],
    ['an item of an unknown kind', 'patch', { path: '/configs/a', data: 5 }],
    ['a delete', 'delete', { path: '/flags/a', version: 3 }],
    ['an unknown event', 'goodbye', { reason: 'restart' }],
  ])('is %s', (_, type, message) => {
    expect(faultOfMessage(type, JSON.stringify(message))).toBeUndefined();
  });
});

describe('a message that the SDK must not have', () => {
  test.each([
    ['put', undefined, 'a put without data'],
    ['put', '', 'a put without data'],
    ['put', '{"data":{"fl', 'a put that is not JSON (12 characters)'],
    ['put', '{"data":{"flags":{}}}', /^a put of the wrong shape \(data\.segments: /],
    ['put', '{"data":{"flags":{"a":{"key":"a"}},"segments":{}}}', /\(data\.flags\.a\.version: /],
    ['put', '[]', /^a put of the wrong shape \(the whole: /],
    ['patch', '{"data":{}}', /\(path: /],
    ['patch', patch(null), /\(data: /],
    ['patch', patch({ key: 'a', version: '7' }), /\(data\.version: /],
    ['patch', patch({ key: 'a', version: 1, rules: {} }), /\(data\.rules: /],
    [
      'patch',
      patch({ key: 'a', version: 1, rules: [{ clauses: [null] }] }),
      /\(data\.rules\.0\.clauses\.0: /,
    ],
    ['patch', patch({ key: 'a', version: 1, prerequisites: [null] }), /\(data\.prerequisites\.0: /],
    ['delete', '{"path":"/flags/a"}', /\(version: /],
    [
      'patch',
      `{"path":"/flags/a","data":${'['.repeat(300)}${']'.repeat(300)}}`,
      'a patch nested deeper than 200',
    ],
  ])('%s %s', (type, data, fault) => {
    expect(faultOfMessage(type, data)).toMatch(fault);
  });
});
