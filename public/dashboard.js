// Improves pages that work without it: forms marked `data-swap` are sent in place, faders can be dragged, and changes by
// others and level meters appear without a reload.

const KEYS_PAUSE_MS = 450;
const FLASH_MS = 5_000;
const CLOSED_PAUSE_MS = 30_000;
const UNITS_PER_MARK = 100;

const byId = (id) => document.getElementById(id);

/** Parts that are exchanged as a whole, besides the channels. */
const PARTS = ['banner', 'notices', 'log', 'definition', 'cards-end'];

/** The highest sequence that the stream has sent. */
let announced = 0;
let looking = new AbortController();
let sending = 0;
/** Settles when the last form was sent. */
let lastSend = Promise.resolve();

async function fetchPage(address, options) {
  const response = await fetch(address, { headers: { accept: 'text/html' }, ...options });
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  // The session has ended.
  if (page.body.classList.contains('login-page')) location.assign(response.url);
  return page;
}

/** Whether the response is a page of the dashboard, and not the login or an error. */
const isDashboard = (page) => page.body.dataset.sequence !== undefined;
const sequenceOf = (page) => Number(page.body.dataset.sequence);

/** Fetches the page as it is now. Skipped while a form is being sent (its response shows the page) or a fader is held. */
async function refresh() {
  if (sending > 0 || isHeld()) return;
  looking.abort();
  looking = new AbortController();
  const { signal } = looking;
  try {
    const next = await fetchPage(withoutFlash(location.href), { signal });
    if (signal.aborted || sending > 0 || isHeld()) return;
    if (isDashboard(next) && sequenceOf(next) >= sequenceOf(document)) exchange(next, false);
  } catch {
    // The stream sends the sequence again when it reconnects.
  }
}

/** Sends forms one after another; a form that waited for another one applies to the version which that one made. */
async function post(address, fields, form) {
  const waits = sending > 0;
  const previous = lastSend;
  const { promise, resolve } = Promise.withResolvers();
  lastSend = promise;
  sending += 1;
  await previous;
  looking.abort();
  try {
    const key = decodeURIComponent(/\/flags\/([^/?]+)\/changes/.exec(address)?.[1] ?? '');
    const card = byId(`f-${key}`);
    if (waits && card !== null) fields.set('version', card.dataset.version);
    const response = await fetchPage(address, { method: 'POST', body: fields });
    if (isDashboard(response)) exchange(response, true, form);
    else say(`${response.querySelector('h1')?.textContent ?? 'That did not work'}. Nothing was changed.`);
  } finally {
    sending -= 1;
    resolve();
    if (announced > sequenceOf(document)) void refresh();
  }
}

/** Replaces the page's parts with those of `next`; keeps the focus, typed text and open details. */
function exchange(next, isResponse, sent) {
  const focused = document.activeElement?.id;
  const cardId = document.activeElement?.closest('.flag-card')?.id;
  const typed = [...document.querySelectorAll('.dashboard input.field, .dashboard select.field')]
    .filter((field) => field.id !== '' && isTouched(field) && field.form !== sent)
    .map((field) => [field.id, field.value]);
  const open = [...document.querySelectorAll('details[open]')]
    .filter((part) => sent === undefined || !part.contains(sent))
    .map((part) => part.id);

  if (next.body.dataset.page === document.body.dataset.page) {
    for (const id of PARTS) if (isResponse || id !== 'notices') replace(byId(id), next.getElementById(id));
    exchangeCards(next);
  } else {
    replace(document.querySelector('main'), next.querySelector('main'));
  }
  document.body.dataset.sequence = next.body.dataset.sequence;

  for (const [id, value] of typed) {
    const field = byId(id);
    if (field !== null) field.value = value;
  }
  for (const id of open) byId(id)?.setAttribute('open', '');
  improve();
  if (document.activeElement === document.body) {
    // If the focused element is gone, the focus goes to the card's link: never to a control that changes a flag.
    (byId(focused ?? '') ?? byId(`${cardId}-open`))?.focus({ preventScroll: true });
  }
}

const isTouched = (field) =>
  field instanceof HTMLSelectElement ? field.selectedIndex > 0 : field.value !== field.defaultValue;

function replace(old, fresh) {
  if (old !== null && fresh !== null) old.replaceWith(document.adoptNode(fresh));
}

const cardIds = (root) => [...root.querySelectorAll('.flag-card, .empty')].map((part) => part.id).join(' ');

function exchangeCards(next) {
  const cards = byId('cards');
  const fresh = next.getElementById('cards');
  if (cards === null || fresh === null) return;
  if (cardIds(cards) !== cardIds(fresh)) {
    cards.replaceWith(document.adoptNode(fresh));
    return;
  }
  for (const card of fresh.querySelectorAll('.flag-card')) {
    const old = byId(card.id);
    if (old !== null && old.querySelector('[data-held]') === null) old.replaceWith(document.adoptNode(card));
  }
}

const isHeld = () => document.querySelector('[data-held]') !== null;

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !('swap' in form.dataset)) return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  post(form.getAttribute('action'), fields, form).catch(() =>
    say('DJ Toggle cannot be reached. Check whether the change was made before you try again.'),
  );
});

// Faders.

const marksOf = (fader) => [...fader.querySelectorAll('.mark')].map((mark) => Number(mark.value));

function percentageAt(units, marks) {
  const below = Math.min(Math.floor(units / UNITS_PER_MARK), marks.length - 2);
  const part = units / UNITS_PER_MARK - below;
  const exact = marks[below] + part * (marks[below + 1] - marks[below]);
  const step = exact < 1 ? 0.1 : exact < 10 ? 0.5 : 1;
  return Number((Math.round(exact / step) * step).toFixed(3));
}

function unitsAt(percentage, marks) {
  const above = Math.max(
    1,
    marks.findIndex((mark) => mark >= percentage),
  );
  const [low, high] = [marks[above - 1], marks[above]];
  return (above - 1 + (percentage - low) / (high - low)) * UNITS_PER_MARK;
}

function show(range, percentage) {
  const fader = range.closest('[data-fader]');
  const marks = marksOf(fader);
  const units = unitsAt(percentage, marks);
  const place = `${(units / ((marks.length - 1) * UNITS_PER_MARK)) * 100}%`;
  range.value = String(Math.round(units));
  range.dataset.percentage = String(percentage);
  range.setAttribute('aria-valuetext', `${percentage}\u00a0%`);
  fader.querySelector('.slot-lit').setAttribute('width', place);
  fader.querySelector('.knob').setAttribute('x', place);
  fader.querySelector('.readout-number').textContent = `${percentage}\u00a0%`;
  for (const mark of fader.querySelectorAll('.mark')) {
    if (Number(mark.value) === percentage) mark.setAttribute('aria-pressed', 'true');
    else mark.removeAttribute('aria-pressed');
  }
}

let keysPause;

function letGo(range) {
  clearTimeout(keysPause);
  const { form } = range;
  delete range.dataset.held;
  if (range.dataset.percentage === range.dataset.was) {
    if (announced > sequenceOf(document)) void refresh();
    return;
  }
  const fields = new URLSearchParams(new FormData(form));
  fields.set('percentage', range.dataset.percentage);
  post(form.getAttribute('action'), fields, form).catch(() => {
    show(range, Number(range.dataset.was));
    say('DJ Toggle cannot be reached. The fader is back where it was.');
  });
}

const KEY_STEPS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };

function keyTarget(key, percentage, marks) {
  if (key in KEY_STEPS) {
    const direction = KEY_STEPS[key];
    const step = percentage + (direction < 0 ? -0.0001 : 0) < 1 ? 0.1 : 1;
    const moved =
      direction > 0 ? Math.floor(percentage / step + 1.0001) : Math.ceil(percentage / step - 1.0001);
    return Math.min(100, Math.max(0, Number((moved * step).toFixed(3))));
  }
  if (key === 'PageUp') return marks.find((mark) => mark > percentage) ?? 100;
  if (key === 'PageDown') return marks.findLast((mark) => mark < percentage) ?? 0;
  if (key === 'Home') return 0;
  return key === 'End' ? 100 : undefined;
}

function improve() {
  for (const range of document.querySelectorAll('.slot-range')) {
    if (!range.hidden) continue;
    range.hidden = false;
    range.dataset.was = range.dataset.percentage;
    range.addEventListener('input', () => {
      range.dataset.held = 'yes';
      show(range, percentageAt(Number(range.value), marksOf(range.closest('[data-fader]'))));
    });
    range.addEventListener('change', () => letGo(range));
    range.addEventListener('keydown', (event) => {
      const marks = marksOf(range.closest('[data-fader]'));
      const target = keyTarget(event.key, Number(range.dataset.percentage), marks);
      if (target === undefined) return;
      event.preventDefault();
      range.dataset.held = 'yes';
      show(range, target);
      clearTimeout(keysPause);
      keysPause = setTimeout(() => letGo(range), KEYS_PAUSE_MS);
    });
    range.addEventListener('blur', () => {
      if (range.dataset.held) letGo(range);
    });
  }
  for (const time of document.querySelectorAll('time[datetime]')) localise(time);
  quieten();
}

/** The reader's own time of day. */
function localise(time) {
  const at = new Date(time.dateTime);
  const isToday = at.toDateString() === new Date().toDateString();
  time.textContent = at.toLocaleString(
    [],
    isToday ? { timeStyle: 'medium' } : { dateStyle: 'medium', timeStyle: 'short' },
  );
  time.title = time.dateTime;
}

// A message disappears after a moment, and leaves the address at once.

let flashPause;

function say(text) {
  const flash = byId('flash');
  if (flash === null) return;
  flash.textContent = text;
  quieten();
}

function quieten() {
  const flash = byId('flash');
  if (flash === null || flash.textContent === '') return;
  clearTimeout(flashPause);
  flashPause = setTimeout(() => {
    flash.textContent = '';
  }, FLASH_MS);
}

function withoutFlash(href) {
  const address = new URL(href);
  for (const name of ['done', 'flag']) address.searchParams.delete(name);
  return address.href;
}

// An open kill switch guard closes when the focus leaves it.

document.addEventListener('focusout', (event) => {
  const guard = event.target instanceof Element ? event.target.closest('.kill-guard[open]') : null;
  if (guard && event.relatedTarget instanceof Element && !guard.contains(event.relatedTarget))
    guard.open = false;
});

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const guard of document.querySelectorAll('.kill-guard[open]')) {
    guard.open = false;
    guard.querySelector('summary').focus();
  }
});

// The event stream.

let stream;

function listen() {
  const address = document.body.dataset.events;
  if (address === undefined) return;
  stream?.close();
  stream = new EventSource(address);
  for (const name of ['here', 'changed']) {
    stream.addEventListener(name, (event) => {
      const { sequence } = JSON.parse(event.data);
      // Without a sequence no flag changed, but the flag source did.
      announced = Math.max(announced, sequence ?? 0);
      if (sequence === undefined || announced > sequenceOf(document)) void refresh();
    });
  }
  stream.addEventListener('levels', (event) => {
    for (const { key, levels } of JSON.parse(event.data)) showLevels(byId(`f-${key}`), levels);
  });
  stream.addEventListener('error', () => {
    // The browser reconnects by itself after a cut; only a refusal closes the stream for good.
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, CLOSED_PAUSE_MS);
  });
}

function showLevels(card, levels) {
  for (const { variation, count, lit, shareText } of levels) {
    const level = card?.querySelector(`.level[data-variation="${variation ?? 'default'}"]`);
    if (!level) continue;
    level.querySelector('.level-lit').setAttribute('width', `${lit}%`);
    level.querySelector('.level-number').textContent = count.toLocaleString('en');
    level.querySelector('.level-share').textContent = shareText;
  }
}

addEventListener('pagehide', () => stream?.close());
addEventListener('pageshow', (event) => {
  if (event.persisted) listen();
});

history.replaceState(null, '', withoutFlash(location.href));
improve();
listen();
