import express from 'express';
import request from 'supertest';
import { expect, test } from 'vitest';
import { errorCodesPage } from '../../../src/http/guard/error-codes-page.ts';
import { ERROR_CODES } from '../../../src/http/guard/error-codes.ts';

test('where the type of a problem points there is its meaning, for every code', async () => {
  const app = express();
  app.get('/docs/errors', errorCodesPage(['/assets/site.css']));
  const answer = await request(app).get('/docs/errors');
  expect(answer.type).toBe('text/html');
  for (const code of Object.keys(ERROR_CODES)) expect(answer.text).toContain(`<section id="${code}">`);
  expect(answer.text).toContain('<link rel="stylesheet" href="/assets/site.css">');
  expect(answer.text).toContain('viewer &lt; operator &lt; admin');
  expect(answer.text).not.toMatch(/<script|style=/);
});
