// @ts-check
// Improves a page that works without it: links and forms marked `data-swap` are followed in place, a search runs while one types,
// and when a change of the flag changes this listener's version, the list changes with it. While the server cannot be reached, the
// page that is there stays.
import { openStream } from './event-source.js';
import { byId, fetchPage, keepingFocus, replace } from './swap.js';

const PARTS = ['strip', 'front', 'crate', 'notes'];
const MOVING_ROWS = 12;
const TYPING_PAUSE_MS = 150;
const STAND_IN_PAUSE_MS = 5_000;

/** @typedef {{ body?: URLSearchParams, history?: 'push' | 'replace', animate?: boolean, say?: boolean }} SwapOptions */

const calm = matchMedia('(prefers-reduced-motion: reduce)');
let underWay = new AbortController();

/**
 * Fetches a page (after its redirects) and puts its parts in the place of ours. A failure is shown, with a way to try again.
 * @param {string} address
 * @param {SwapOptions} [options]
 * @returns {Promise<boolean>} false when nothing was exchanged, because it failed or another swap overtook it
 */
async function swap(address, options = {}) {
  const { body, history: entry = 'push', animate = true, say = false } = options;
  underWay.abort();
  underWay = new AbortController();
  const { signal } = underWay;
  document.documentElement.dataset['busy'] = '';
  try {
    const sent = body === undefined ? {} : { method: 'POST', body };
    const { page, address: arrived } = await fetchPage(address, { signal, ...sent });
    if (signal.aborted) return false;
    if (page.getElementById('crate') === null) {
      tell(refusalOf(page));
      return false;
    }
    await transition(animate, () => exchange(page));
    if (entry === 'push' && arrived.href !== location.href) history.pushState(null, '', arrived);
    else history.replaceState(null, '', arrived);
    document.title = page.title;
    if (lost) untell();
    if (say) setText('spoken', byId('count')?.textContent ?? '');
    followPage();
    return true;
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'AbortError'))
      tell('DJ Toggle cannot be reached. This page stays as it is.', () => swap(address, options));
    return false;
  } finally {
    if (signal === underWay.signal) delete document.documentElement.dataset['busy'];
  }
}

/** @param {Document} page */
function refusalOf(page) {
  const [title, meaning] = ['h1', '.wrong-meaning'].map((part) =>
    page.querySelector(part)?.textContent?.trim(),
  );
  return title ? `${title}. ${meaning ?? ''}` : 'That did not work. Nothing was changed.';
}

/**
 * @param {boolean} animate
 * @param {() => void} change
 */
async function transition(animate, change) {
  if (!animate || calm.matches || document.startViewTransition === undefined) {
    change();
    return;
  }
  nameRows();
  const running = document.startViewTransition(() => {
    change();
    nameRows();
  });
  // A transition may be skipped (the tab is hidden, another one begins); the change itself is made all the same.
  running.ready.catch(() => undefined);
  running.finished.finally(unnameRows).catch(() => undefined);
  await running.updateCallbackDone;
}

/** @returns {HTMLElement[]} */
const rows = () => [...document.querySelectorAll('.track')].filter((row) => row instanceof HTMLElement);

/** A track that is in both lists moves from its old place to its new one. */
function nameRows() {
  for (const row of rows().slice(0, MOVING_ROWS)) row.style.viewTransitionName = row.id;
}

function unnameRows() {
  for (const row of rows()) row.style.viewTransitionName = '';
}

/** @param {Document} page */
function exchange(page) {
  keepingFocus(
    () => {
      for (const id of PARTS) replace(byId(id), page.getElementById(id));
    },
    () => byId('tracks-title'),
  );
}

// The line that tells what happened. What failed can be tried again.

let lost = false;
/** @type {(() => void) | undefined} */
let tryAgain;

/**
 * @param {string} text
 * @param {() => void} [again]
 */
function tell(text, again) {
  lost = again !== undefined;
  tryAgain = again;
  setText('told-text', text);
  show('told', true);
  show('told-again', lost);
}

function untell() {
  lost = false;
  show('told', false);
}

/**
 * @param {string} id
 * @param {string} text
 */
function setText(id, text) {
  const element = byId(id);
  if (element !== null) element.textContent = text;
}

/**
 * @param {string} id
 * @param {boolean} visible
 */
function show(id, visible) {
  const element = byId(id);
  if (element !== null) element.hidden = !visible;
}

// Links, forms, typing.

/**
 * Not `form.action`, which is the button of that name where there is one.
 * @param {HTMLFormElement} form
 * @param {URLSearchParams} [fields]
 */
function addressOf(form, fields) {
  const address = new URL(form.getAttribute('action') ?? '', location.href);
  if (fields !== undefined) address.search = String(fields);
  return address.href;
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} [submitter]
 */
function fieldsOf(form, submitter) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form, submitter))
    if (typeof value === 'string') fields.append(name, value);
  return fields;
}

document.addEventListener('click', (event) => {
  const target = event.target instanceof Element ? event.target : undefined;
  if (target?.closest('#told-close')) untell();
  if (target?.closest('#told-again')) tryAgain?.();
  const anchor = target?.closest('a[data-swap]');
  if (!(anchor instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  void follow(anchor);
});

/** @param {HTMLAnchorElement} anchor */
async function follow(anchor) {
  const done = await swap(anchor.href, { say: true });
  if (!done || anchor.dataset['swap'] !== 'top') return;
  byId('tracks-title')?.focus({ preventScroll: true });
  byId('crate')?.scrollIntoView({ block: 'start' });
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !('swap' in form.dataset)) return;
  event.preventDefault();
  clearTimeout(typing);
  const fields = fieldsOf(form, event.submitter);
  if (form.method === 'get') void swap(addressOf(form, fields), { say: true });
  else void swap(addressOf(form), { body: fields, history: 'replace' });
});

/** @type {ReturnType<typeof setTimeout> | undefined} */
let typing;

document.addEventListener('input', (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || !('typeAhead' in input.dataset) || input.form === null) return;
  if (event instanceof InputEvent && event.isComposing) return;
  const { form } = input;
  clearTimeout(typing);
  typing = setTimeout(() => {
    void swap(addressOf(form, fieldsOf(form)), { history: 'replace', animate: false, say: true });
  }, TYPING_PAUSE_MS);
});

addEventListener('popstate', () => void swap(location.href, { history: 'replace' }));

// The page's own stream: it tells when this listener's version changes. A page in the background holds none (a browser opens only six
// connections to one host); when it is seen again, the stream tells at once what it missed.

/** @type {{ close(): void } | undefined} */
let stream;
/** @type {string | undefined} */
let listened;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let standIn;

function followPage() {
  clearTimeout(standIn);
  // The top 10 stands in for a database that failed: ask again until it works.
  if ('standIn' in (byId('crate')?.dataset ?? {}))
    standIn = setTimeout(() => void swap(location.href, { history: 'replace' }), STAND_IN_PAUSE_MS);
  const address = byId('notes')?.dataset['events'];
  if (address === undefined || address === listened || document.hidden) return;
  stopListening();
  listened = address;
  stream = openStream(address, {
    version: (change) => void changed(change, true),
    reason: (change) => void changed(change, false),
  });
}

function stopListening() {
  clearTimeout(standIn);
  stream?.close();
  stream = undefined;
  listened = undefined;
}

/**
 * @param {{ why: string }} change
 * @param {boolean} isVersion false: only the reason changed, and the list stays
 */
async function changed({ why }, isVersion) {
  // The place in the other version's list means nothing in this one's.
  const done = await swap(isVersion ? withoutPlace(location.href) : location.href, { history: 'replace' });
  if (done && isVersion) tell(`Your list has changed. ${why}`);
}

/** @param {string} href */
function withoutPlace(href) {
  const address = new URL(href);
  for (const name of ['cursor', 'from']) address.searchParams.delete(name);
  return address.href;
}

document.addEventListener('visibilitychange', () => (document.hidden ? stopListening() : followPage()));
addEventListener('pagehide', stopListening);
addEventListener('pageshow', followPage);

// How long the page took, to compare the versions. Sent after the load event, whose end is not known within it.
addEventListener('load', () => setTimeout(reportLoad));

function reportLoad() {
  const [navigation] = performance.getEntriesByType('navigation');
  if (!(navigation instanceof PerformanceNavigationTiming)) return;
  const body = JSON.stringify({ milliseconds: navigation.loadEventEnd });
  navigator.sendBeacon('page-load', new Blob([body], { type: 'application/json' }));
}

followPage();
