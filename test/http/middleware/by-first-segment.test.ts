import express from 'express';
import request from 'supertest';
import { expect, test } from 'vitest';
import { byFirstSegment } from '../../../src/http/middleware/by-first-segment.ts';

const app = express();
const flags = express.Router();
flags.get('/flags/:name', (req, res) => void res.send(`flag ${req.params.name}`));
flags.get('/flags', (_req, res) => void res.send('all flags'));
app.use(byFirstSegment(new Map([['flags', flags]])));
app.use((req, res) => void res.send(`the rest ${req.url}`));

test.each([
  ['/flags', 'all flags'],
  ['/flags?limit=1', 'all flags'],
  ['/flags/dark', 'flag dark'],
  ['/flags/a/b', 'the rest /flags/a/b'],
  ['/flagship', 'the rest /flagship'],
  ['/%66lags', 'the rest /%66lags'],
  ['/', 'the rest /'],
  ['/?flags', 'the rest /?flags'],
])('%s gets “%s”', async (path, expected) => {
  expect((await request(app).get(path)).text).toBe(expected);
});
