import express from 'express';
import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createErrorHandler } from '../../../src/http/problems/error-handler.ts';
import { parseBody, parseQuery } from '../../../src/http/input/parse.ts';
import { Problem } from '../../../src/http/problems/problem.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';

const FLAG = z.strictObject({
  flag_name: z.string().regex(/^[a-z-]+$/),
  share: z.int().min(0).max(100).optional(),
  tags: z.array(z.string()).max(2).optional(),
  kind: z.enum(['release', 'kill-switch']).optional(),
  value: z.union([z.string(), z.strictObject({ on: z.boolean() })]).optional(),
  rollout: z
    .array(z.number())
    .superRefine((weights, ctx) => {
      if (weights.reduce((sum, weight) => sum + weight, 0) !== 100) {
        ctx.addIssue({
          code: 'custom',
          message: 'Weights must sum to 100.',
          params: { code: 'invalid_rollout' },
        });
      }
    })
    .optional(),
});

const problemOf = (value: unknown): Problem => {
  try {
    parseBody(FLAG, value);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('a body against its schema', () => {
  test.each([
    ['null', null, '', 'invalid_type'],
    ['a text', 'x', '', 'invalid_type'],
    ['a list', [], '', 'invalid_type'],
    ['a missing field', {}, '/flag_name', 'invalid_type'],
    ['a number for a text', { flag_name: 1 }, '/flag_name', 'invalid_type'],
    ['a text of the wrong form', { flag_name: 'A B' }, '/flag_name', 'invalid_value'],
    ['a fraction for an integer', { flag_name: 'a', share: 1.5 }, '/share', 'invalid_type'],
    ['too much', { flag_name: 'a', share: 101 }, '/share', 'too_big'],
    ['too little', { flag_name: 'a', share: -1 }, '/share', 'too_small'],
    ['too many', { flag_name: 'a', tags: ['a', 'b', 'c'] }, '/tags', 'limit_exceeded'],
    ['none of the choices', { flag_name: 'a', kind: 'x' }, '/kind', 'invalid_value'],
    ['a field that does not exist', { flag_name: 'a', shaer: 1 }, '/shaer', 'unknown_field'],
    ['a field of the service', { flag_name: 'a', version: 7 }, '/version', 'read_only_field'],
    ['a name of a prototype', JSON.parse('{"flag_name":"a","toString":1}'), '/toString', 'unknown_field'],
    [
      'an alternative that is nearly right',
      { flag_name: 'a', value: { on: 1 } },
      '/value/on',
      'invalid_type',
    ],
    ['a rule of our own', { flag_name: 'a', rollout: [1, 2] }, '/rollout', 'invalid_rollout'],
    ['a name with a slash', { flag_name: 'a', 'b/c~d': 1 }, '/b~1c~0d', 'unknown_field'],
  ])('%s', (_what, value, pointer, code) => {
    const problem = problemOf(value);
    expect(problem.status).toBe(422);
    expect(problem.code).toBe(code);
    expect(problem.errors[0]).toMatchObject({ pointer, code });
    expect(problem.message).toContain(pointer === '' ? 'The body' : pointer);
  });

  test('names everything that is wrong at once', () => {
    const problem = problemOf({ flag_name: 1, version: 1, x: 1 });
    expect(problem.errors.map(({ code }) => code)).toEqual([
      'invalid_type',
      'read_only_field',
      'unknown_field',
    ]);
    expect(problem.message).toMatch(/\(and 2 more\)$/);
  });

  test('a good body comes back as the schema has it', () => {
    expect(parseBody(FLAG, { flag_name: 'a', share: 5 })).toEqual({ flag_name: 'a', share: 5 });
  });
});

const LIST = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  q: z.string().optional(),
});
const app = express();
app.get('/', (req, res) => void res.json(parseQuery(LIST, req)));
app.use(createErrorHandler({ log: createRecordingLogger() }));

describe('a query against its schema', () => {
  test.each([
    ['', { limit: 50 }],
    ['?limit=7&q=a+b%20c', { limit: 7, q: 'a b c' }],
    ['?q=a=b', { limit: 50, q: 'a=b' }],
    ['?q=%F0%9F%8E%9B&&', { limit: 50, q: '🎛' }],
    ['?q', { limit: 50, q: '' }],
  ])('%s', async (query, expected) => {
    expect((await request(app).get(`/${query}`)).body).toEqual(expected);
  });

  test.each([
    '?limit=-1',
    '?limit=0',
    '?limit=1e9',
    '?limit=abc',
    '?limit=10;drop',
    '?limit=1&limit=2',
    '?limit=1&%6cimit=2',
    '?unknown=1',
    '?__proto__=1',
    '?__proto__[x]=1',
    '?q[]=1',
    '?q=%E0%A4%A',
    '?q=%',
    '?q=a%00b',
    `?${Array.from({ length: 21 }, (_, i) => `a${i}=1`).join('&')}`,
  ])('%s is refused', async (query) => {
    const answer = await request(app).get(`/${query}`);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_query']);
  });
});
