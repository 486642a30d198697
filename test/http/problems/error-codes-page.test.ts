import express from 'express';
import request from 'supertest';
import { beforeAll, describe, expect, test } from 'vitest';
import { errorCodesPage } from '../../../src/http/problems/error-codes-page.ts';
import { ERROR_CODES } from '../../../src/http/problems/error-codes.ts';
import { problemJson } from '../../../src/http/problems/problem-body.ts';
import { Problem } from '../../../src/http/problems/problem.ts';

/** What a reader finds under `/docs/errors#<id>`. */
interface Entry {
  readonly id: string;
  readonly title: string;
  readonly code: string;
  readonly cause: string;
  readonly cure: string;
}

const SECTION =
  /<section id="(?<id>[^"]*)">\s*<h2>(?<title>[^<]*) <code>(?<code>[^<]*)<\/code><\/h2>\s*<p>(?<cause>[^<]*)<\/p>\s*<p><strong>What to do:<\/strong> (?<cure>[^<]*)<\/p>\s*<\/section>/g;
const CHARACTERS: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', amp: '&' };
const asRead = (html: string): string =>
  html.replaceAll(/&(\w+);/g, (entity, name: string) => CHARACTERS[name] ?? entity);
const entriesOf = (html: string): readonly Entry[] =>
  [...html.matchAll(SECTION)].map(({ groups = {} }) => {
    const { id = '', title = '', code = '', cause = '', cure = '' } = groups;
    return { id, title: asRead(title), code, cause: asRead(cause), cure: asRead(cure) };
  });

describe('the page of errors', () => {
  let html: string;
  let entries: ReadonlyMap<string, Entry>;
  beforeAll(async () => {
    const app = express();
    app.get(
      '/docs/errors',
      errorCodesPage((name) => `/a"b/${name}`),
    );
    const answer = await request(app)
      .get('/docs/errors')
      .expect(200)
      .expect('content-type', /^text\/html;/);
    html = answer.text;
    entries = new Map(entriesOf(html).map((entry) => [entry.id, entry]));
  });

  test('lists every code that the program can send, once, in the order of the alphabet', () => {
    const listed = entriesOf(html).map(({ code }) => code);
    expect(listed).toEqual(Object.keys(ERROR_CODES).toSorted());
    expect(html.match(/<section/g)).toHaveLength(listed.length);
  });

  test.each(Object.entries(ERROR_CODES))(
    'explains %s: what it is, why, and what to do',
    (code, explained) => {
      expect(entries.get(code)).toEqual({ id: code, code, ...explained });
      for (const sentence of [explained.cause, explained.cure]) expect(sentence).toMatch(/^\S.{8,}\.$/);
    },
  );

  // In full here, so that the page is read as its readers do, and not by the table that it is made from.
  test.each<Entry>([
    {
      id: 'not_found',
      title: 'Not found',
      code: 'not_found',
      cause: 'Nothing is here, or nothing that this key may see.',
      cure: 'Check the path and the environment of the key.',
    },
    {
      id: 'rate_limited',
      title: 'Too many requests',
      code: 'rate_limited',
      cause: 'More requests than this key or address may send.',
      cure: 'Wait for the seconds in Retry-After.',
    },
    {
      id: 'unauthorized',
      title: 'Key required',
      code: 'unauthorized',
      cause: 'No key was given.',
      cure: 'Send Authorization: Bearer <token> or X-API-Key: <token>.',
    },
    {
      id: 'version_mismatch',
      title: 'Changed in the meantime',
      code: 'version_mismatch',
      cause: 'If-Match names another version than the one that is there.',
      cure: 'Read the resource again, apply the change to it, and send its version.',
    },
  ])('says of $code just this', (entry) => {
    expect(entries.get(entry.id)).toEqual(entry);
  });

  test('is where the type of a problem points', () => {
    const problem = JSON.parse(
      problemJson(new Problem(409, 'conflict', 'There is one already.'), '/api'),
    ) as {
      readonly type: string;
      readonly title: string;
    };
    const [path, fragment = ''] = problem.type.split('#');
    expect(path).toBe('/docs/errors');
    expect(entries.get(fragment)?.title).toBe(problem.title);
  });

  test('shows the characters of HTML as they are', () => {
    expect(html).toContain('viewer &lt; operator &lt; admin');
    expect(html).toContain('Send {&quot;kind&quot;:&quot;user&quot;');
  });

  test('links to every entry from the list at its side', () => {
    const links = [...html.matchAll(/<a href="#(\w+)">/g)].map(([, id = '']) => id);
    expect(links).toEqual([...entries.keys()]);
  });

  test('has the site’s stylesheets, no script and no style of its own', () => {
    expect(html).toContain('<link rel="stylesheet" href="/a&quot;b/errors.css">');
    expect(html).not.toMatch(/<script|<style|style=/);
  });
});
