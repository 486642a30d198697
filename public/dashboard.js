// @ts-check
// Improves pages that work without it: forms marked `data-swap` are sent in place, faders can be dragged, and changes by
// others and level meters appear without a reload.

import { openStream } from './event-source.js';
import { exchange } from './exchange.js';
import { improveFaders, isHeld } from './fader.js';
import { byId, fetchPage, formFields } from './swap.js';

const FLASH_MS = 5_000;
const TYPING_PAUSE_MS = 150;
/** The server ends each stream from time to time; only a longer gap is a lost connection. */
const LOST_AFTER_MS = 3_000;

/** The highest sequence that the stream has sent. */
let announced = 0;
let reading = new AbortController();
let sending = 0;
/** Settles when the last form was sent. */
let lastSend = Promise.resolve();

/**
 * @param {string} address
 * @param {RequestInit} [options]
 */
async function fetchDashboard(address, options) {
  const fetched = await fetchPage(address, options);
  // The session has ended.
  if (fetched.page.body.classList.contains('login-page')) location.assign(fetched.address);
  return fetched.page;
}

/**
 * Whether it is a page of the dashboard, and not the login or an error.
 * @param {Document} page
 */
const isDashboard = (page) => page.body.dataset.sequence !== undefined;
/** @param {Document} page */
const sequenceOf = (page) => Number(page.body.dataset.sequence);

/** Fetches the page as it is now. Skipped while a form is being sent (its response shows the page) or a fader is held. */
async function refresh() {
  if (sending > 0 || isHeld()) return;
  reading.abort();
  reading = new AbortController();
  const { signal } = reading;
  try {
    const next = await fetchDashboard(withoutFlash(location.href), { signal });
    if (signal.aborted || sending > 0 || isHeld()) return;
    if (isDashboard(next) && sequenceOf(next) >= sequenceOf(document)) exchange(next, false, improve);
  } catch {
    // The stream sends the sequence again when it reconnects.
  }
}

const refreshIfBehind = () => {
  if (announced > sequenceOf(document)) void refresh();
};

/**
 * Sends forms one after another; a form that waited for another one applies to the version which that one made.
 * @param {HTMLFormElement} form
 * @param {URLSearchParams} fields
 */
async function send(form, fields) {
  const waits = sending > 0;
  const previous = lastSend;
  const { promise, resolve } = Promise.withResolvers();
  lastSend = promise;
  sending += 1;
  await previous;
  reading.abort();
  try {
    const address = form.getAttribute('action') ?? '';
    const key = decodeURIComponent(/\/flags\/([^/?]+)\/changes/.exec(address)?.[1] ?? '');
    const version = byId(`f-${key}`)?.dataset.version;
    if (waits && version !== undefined) fields.set('version', version);
    const response = await fetchDashboard(address, { method: 'POST', body: fields });
    if (isDashboard(response)) exchange(response, true, improve, form);
    else say(`${response.querySelector('h1')?.textContent ?? 'That did not work'}. Nothing was changed.`);
  } finally {
    sending -= 1;
    resolve(undefined);
    refreshIfBehind();
  }
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !('swap' in form.dataset)) return;
  event.preventDefault();
  send(form, formFields(form, event.submitter)).catch(() =>
    say('DJ Toggle cannot be reached. Check whether the change was made before you try again.'),
  );
});

function improve() {
  improveFaders(send, refreshIfBehind, say);
  for (const time of document.querySelectorAll('time[datetime]')) {
    if (time instanceof HTMLTimeElement) localise(time);
  }
  clearFlashLater();
}

/**
 * The reader's own time of day.
 * @param {HTMLTimeElement} time
 */
function localise(time) {
  const at = new Date(time.dateTime);
  const isToday = at.toDateString() === new Date().toDateString();
  time.textContent = at.toLocaleString(
    [],
    isToday ? { timeStyle: 'medium' } : { dateStyle: 'medium', timeStyle: 'short' },
  );
  time.title = time.dateTime;
}

// The list is searched while one types.

/** @type {ReturnType<typeof setTimeout> | undefined} */
let typing;

document.addEventListener('input', (event) => {
  const field = event.target;
  if (!(field instanceof HTMLElement)) return;
  const form = field.closest('form');
  if (form === null || !('search' in form.dataset)) return;
  clearTimeout(typing);
  typing = setTimeout(() => {
    const address = new URL(form.action);
    for (const [name, value] of formFields(form)) if (value !== '') address.searchParams.set(name, value);
    history.replaceState(null, '', address);
    void refresh();
  }, TYPING_PAUSE_MS);
});

// The live page follows events while it is seen and not paused.

const LIVE_MS = 1_000;

function refreshWhileLive() {
  const pause = byId('pause');
  if (pause === null) return;
  pause.hidden = false;
  const isPaused = () => pause.getAttribute('aria-pressed') === 'true';
  pause.addEventListener('click', () => pause.setAttribute('aria-pressed', String(!isPaused())));
  setInterval(() => {
    if (!isPaused() && !document.hidden) void refresh();
  }, LIVE_MS);
}

// A message disappears after a moment, and leaves the address at once.

/** @type {ReturnType<typeof setTimeout> | undefined} */
let flashPause;

/** @param {string} text */
function say(text) {
  byId('flash')?.replaceChildren(text);
  clearFlashLater();
}

function clearFlashLater() {
  const flash = byId('flash');
  if (flash === null || flash.textContent === '') return;
  clearTimeout(flashPause);
  flashPause = setTimeout(() => flash.replaceChildren(), FLASH_MS);
}

/** @param {string} href */
function withoutFlash(href) {
  const address = new URL(href);
  for (const name of ['done', 'flag', 'resume']) address.searchParams.delete(name);
  return address.href;
}

// An open kill switch guard closes when the focus leaves it.

document.addEventListener('focusout', (event) => {
  const guard = event.target instanceof Element ? event.target.closest('.kill-guard[open]') : null;
  if (guard && event.relatedTarget instanceof Element && !guard.contains(event.relatedTarget))
    guard.removeAttribute('open');
});

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const guard of document.querySelectorAll('.kill-guard[open]')) {
    guard.removeAttribute('open');
    guard.querySelector('summary')?.focus();
  }
});

// The event stream. A hidden tab gives it up, because a browser opens only six connections to one host; when the tab is seen
// again, the first event says whether it missed a change.

/** @type {import('./event-source.js').Stream | undefined} */
let stream;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let lost;

/** @param {{ sequence?: number }} event */
const onSequence = ({ sequence }) => {
  announced = Math.max(announced, sequence ?? 0);
  // Without a sequence no flag changed, but the flag source did.
  if (sequence === undefined) void refresh();
  else refreshIfBehind();
};

function listen() {
  const address = document.body.dataset.events;
  if (address === undefined || document.hidden || stream !== undefined) return;
  stream = openStream(
    address,
    {
      here: onSequence,
      changed: onSequence,
      levels: (flags) => {
        for (const { key, pages, ...meters } of flags) {
          showMeters(byId(`f-${key}`), meters);
          for (const counts of pages ?? []) showPages(byId(`f-${key}-pages`), counts);
        }
      },
    },
    { onOpen: showConnected, onLost: showLostLater },
  );
}

function stopListening() {
  stream?.close();
  stream = undefined;
  showConnected();
}

function showConnected() {
  clearTimeout(lost);
  lost = undefined;
  byId('connection')?.replaceChildren();
}

function showLostLater() {
  const since = new Date().toLocaleTimeString([], { timeStyle: 'medium' });
  lost ??= setTimeout(() => {
    byId('connection')?.replaceChildren(`Connection lost since ${since}. This page may be out of date.`);
    // If the session has ended, this leads to the login.
    void refresh();
  }, LOST_AFTER_MS);
}

/**
 * @param {HTMLElement | null} card
 * @param {{ total: number, levels: readonly { variation: number, count: number, lit: number, shareText: string }[],
 *   steps: Readonly<Record<string, number>> }} meters
 */
function showMeters(card, { total, levels, steps }) {
  if (card === null) return;
  card.querySelector('.levels-total')?.replaceChildren(total.toLocaleString('en'));
  for (const { variation, count, lit, shareText } of levels) {
    const level = card.querySelector(`.level[data-variation="${variation}"]`);
    level?.querySelector('.level-lit')?.setAttribute('width', `${lit}%`);
    level?.querySelector('.level-number')?.replaceChildren(count.toLocaleString('en'));
    level?.querySelector('.level-share')?.replaceChildren(shareText);
  }
  for (const step of card.querySelectorAll('.step-count')) {
    const count = steps[step.getAttribute('data-step') ?? ''] ?? 0;
    step.querySelector('.step-number')?.replaceChildren(count.toLocaleString('en'));
  }
}

/**
 * @param {HTMLElement | null} table
 * @param {{ isNew: boolean, pages: number, errors: number, slow: number }} counts
 */
function showPages(table, { isNew, ...counts }) {
  for (const [name, count] of Object.entries(counts)) {
    const cell = table?.querySelector(`[data-new="${isNew}"] [data-count="${name}"]`);
    cell?.replaceChildren(count.toLocaleString('en'));
    cell?.toggleAttribute('data-trouble', name !== 'pages' && count > 0);
  }
}

document.addEventListener('visibilitychange', () => (document.hidden ? stopListening() : listen()));
addEventListener('pagehide', stopListening);
addEventListener('pageshow', listen);

history.replaceState(null, '', withoutFlash(location.href));
improve();
refreshWhileLive();
listen();
