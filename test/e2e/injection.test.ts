import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { launchBrowser, openPage } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { everyPage, pathOf, stockPages } from '../support/pages.ts';
import { startApp } from '../support/running-app.ts';

// Everything that can be typed, or sent by REST, is hostile here. The forms are found on the pages, so that a new one is tried as well.

/** What must be shown as it is, wherever it is shown. */
const HTML = `ZQ7<img src=x onerror=pwned=1><script>pwned=1</script>"'&amp;`;
const HOSTILE = `${HTML} \u202Eשלום\u202C 🎧 <%= 7 * 7 %> \${7*7} https://example.com/${'w'.repeat(20)}`;
/** Fits where texts must be short. */
const SHORT = `ZQ7<img src=x onerror=pwned=1>"'🎧`;
const LONG = `${HOSTILE}${'🎧ش'.repeat(20)}${'m'.repeat(10_000)}`;

/** What the browser itself says of a refused form, and of a text in a field for a date, which it then leaves empty. */
const EXPECTED = /status of (?:4\d\d|503)|does not conform to the required format/;

interface FoundForm {
  /** Of its page. */
  readonly index: number;
  /** Its address and its fields: forms that stand on several pages are tried once. */
  readonly name: string;
  readonly buttons: number;
}

const formSchema = z.array(z.object({ index: z.number(), name: z.string(), buttons: z.number() }));

/** Forms into which something can be typed. */
const FORMS = `[...document.forms].flatMap((form, index) => {
  const typed = [...form.elements].filter((field) => field.matches('textarea:not([hidden]), input:not([type=hidden], [type=checkbox], [type=radio], [type=file], [type=range])') && field.name);
  if (typed.length === 0) return [];
  const buttons = [...form.elements].filter((field) => field.type === 'submit');
  const action = (form.getAttribute('action') ?? location.pathname).split('?')[0].replace(/[0-9a-f-]{36}/, '{id}');
  return [{ index, name: form.getAttribute('method') + ' ' + action + ' ' + typed.map(({ name }) => name).join(), buttons: buttons.length }];
})`;

/** Fills every field of a form with a text, as far as the browser lets it, and sends it without checks of the browser. */
const submit = (index: number, button: number, text: string): string => `(() => {
  const form = document.forms[${index}];
  for (const field of form.elements) {
    if (field.disabled) field.disabled = false;
    if (field.matches('textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=file])')) {
      if (field.tagName === 'INPUT') field.type = 'text';
      field.removeAttribute('maxlength');
      field.value = ${JSON.stringify(text)};
    }
  }
  const submitter = [...form.elements].filter((field) => field.type === 'submit')[${button}];
  if (submitter?.name) {
    const value = document.createElement('input');
    value.type = 'hidden';
    value.name = submitter.name;
    value.value = submitter.value;
    form.append(value);
  }
  HTMLFormElement.prototype.submit.call(form);
})()`;

/** What is wrong with the page that is shown: a script that ran, markup made of a text, a text cut in two, a page that is too wide. */
const FAULTS = `(() => {
  const faults = [];
  if ('pwned' in window) faults.push('a script ran');
  for (const made of document.querySelectorAll('img, script:not([nonce]), [onerror]')) faults.push('made of a text: ' + made.outerHTML.slice(0, 80));
  const walk = document.createTreeWalker(document, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node !== null; node = walk.nextNode())
    if (/ZQ7(?!<img|…|$)/.test(node.data)) faults.push('not as it was typed: ' + node.data.slice(0, 80));
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) {
    const widest = [...document.body.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.scroll, pre, .pages, .tabs, svg, .unseen')).slice(0, 3);
    faults.push('too wide by ' + wide + ': ' + widest.map((one) => one.outerHTML.slice(0, 90)).join(' | '));
  }
  return faults;
})()`;

/** Names and texts that came by REST. */
async function stockHostile(url: string, headers: Readonly<Record<string, string>>): Promise<void> {
  const send = async (method: string, path: string, body: object): Promise<void> => {
    const response = await fetch(url + path, {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.ok, `${method} ${path}: ${await response.text()}`).toBe(true);
  };
  const clauses = [
    { attribute: `/${SHORT.replaceAll('/', '~1')}`, op: 'in', values: [HOSTILE, LONG.slice(0, 3_000)] },
  ];
  await send('POST', '/projects/default/environments', { key: 'hostile', name: SHORT });
  await send('PUT', '/segments/staff', {
    description: HOSTILE,
    tags: [SHORT],
    definition: { included: [SHORT, 'm'.repeat(200)], rules: [{ clauses }] },
  });
  await send('PUT', '/flags/new-search', {
    description: LONG.slice(0, 2_000),
    tags: [SHORT],
    comment: HOSTILE,
  });
  await send('POST', '/flags', {
    flag_name: 'hostile',
    description: HOSTILE,
    definition: {
      on: true,
      variations: [HOSTILE, LONG, { [SHORT]: HOSTILE }],
      offVariation: 1,
      fallthrough: { variation: 2 },
      targets: [{ values: [SHORT, 'm'.repeat(200)], variation: 1 }],
      rules: [{ id: SHORT, description: HOSTILE, clauses, variation: 0 }],
    },
  });
  await send('PUT', `/releases/templates/${encodeURIComponent(SHORT)}`, {
    description: HOSTILE,
    course: {
      stages: [
        { share: 5, hold: '1h' },
        { share: 100, hold: '1h' },
      ],
    },
  });
  await send('PUT', '/metrics-definitions/hostile', {
    kind: 'count',
    event_key: SHORT,
    name: SHORT,
    direction: 'up',
  });
  await send('POST', '/experiments', {
    name: SHORT,
    flag_name: 'hostile',
    control: { variation: 1, name: SHORT },
    treatments: [{ variation: 0, name: SHORT }],
    primary_metric: 'hostile',
  });
  await send('POST', '/keys', { kind: 'admin', role: 'viewer', name: SHORT });
  await send('POST', '/webhooks', { url: 'http://127.0.0.1:9/hostile', description: SHORT });
  await send('POST', '/schedules', {
    flag_name: 'hostile',
    action: 'on',
    at: '2099-01-01T00:00:00Z',
    comment: SHORT,
  });
  const user = encodeURIComponent(SHORT);
  expect((await fetch(`${url}/users/${user}/flags/hostile?country=${user}`, { headers })).status).toBe(200);
}

describe.skipIf(chromiumPath() === undefined)('with hostile texts everywhere', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  test('every form and every page shows them as text, and no script runs', { timeout: 300_000 }, async () => {
    const { url, app, dataDir, key, logLines } = await startApp({ WEBHOOK_TARGETS: '127.0.0.1' });
    const headers = { authorization: `Bearer ${key('ADMIN_TOKEN')}` };
    const known = await stockPages({ url, dataDir, headers });
    await stockHostile(url, headers);
    const { page, context, complaints } = await openPage(browser, url, {
      viewport: { width: 360, height: 740 },
      reducedMotion: 'reduce',
    });
    onTestFinished(() => context.close());
    await page.goto(app.dashboardPath);
    const found: object[] = [];
    const look = async (what: object): Promise<void> => {
      const faults: unknown = await page.evaluate(FAULTS);
      const said = complaints.splice(0).filter((one) => !EXPECTED.test(one));
      if (!Array.isArray(faults) || faults.length + said.length > 0) found.push({ ...what, faults, said });
    };
    const flag = '/dashboard/flags/hostile';
    const ofFlag = ['', '/targeting', '/settings', '/history', '/code', '/release', '/experiment', '/live'];
    const paths = [
      ...everyPage().map(([, path]) => pathOf(path, known)),
      ...ofFlag.map((part) => flag + part),
    ];
    const tried = new Set<string>();
    for (const path of paths) {
      await page.goto(path);
      await look({ path });
      const forms: readonly FoundForm[] = formSchema.parse(await page.evaluate(FORMS));
      for (const form of forms.filter(({ name }) => !tried.has(name))) {
        tried.add(form.name);
        for (const text of [SHORT, LONG]) {
          await page.goto(path);
          await send(page, submit(form.index, Math.max(0, form.buttons - 1), text));
          await look({ path, form: form.name, text: text.slice(0, 12) + String(text.length) });
        }
      }
    }
    for (const path of paths) {
      await page.goto(path);
      await look({ again: path });
    }
    expect(tried.size).toBeGreaterThan(25);
    expect(found).toEqual([]);
    expect(logLines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });
});

/** A form leads to a page, or to a file. */
async function send(page: Page, script: string): Promise<void> {
  const loaded = page.waitForEvent('load');
  const downloaded = page.waitForEvent('download').catch(() => undefined);
  await page.evaluate(script);
  await Promise.race([loaded, downloaded]);
}
