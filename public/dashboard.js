// Improves a desk that works without it: forms marked `data-swap` are sent in place, faders can be moved by hand, and what
// others change, and what listeners are served, shows at once.

const KEYS_PAUSE_MS = 450;
const FLASH_MS = 5_000;
const CLOSED_PAUSE_MS = 30_000;
const UNITS_PER_MARK = 100;

const byId = (id) => document.getElementById(id);

/** Parts that are exchanged as a whole, besides the channels. */
const PARTS = ['banner', 'notices', 'log', 'definition', 'strips-end'];

/** The highest sequence that the stream has spoken of. */
let announced = 0;
let looking = new AbortController();
let sending = 0;
/** Settles with the last thing that is being sent. */
let lastSend = Promise.resolve();

async function fetchPage(address, options) {
  const response = await fetch(address, { headers: { accept: 'text/html' }, ...options });
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  // The session is over.
  if (page.body.classList.contains('desk-door')) location.assign(response.url);
  return page;
}

/** Whether what came is a desk at all, and not a login or an error. */
const isDesk = (page) => page.body.dataset.sequence !== undefined;
const sequenceOf = (page) => Number(page.body.dataset.sequence);

/** Shows the desk as it is now. What is being sent shows it anyway, and a fader in somebody's hand is not taken out of it. */
async function refresh() {
  if (sending > 0 || isHeld()) return;
  looking.abort();
  looking = new AbortController();
  const { signal } = looking;
  try {
    const next = await fetchPage(withoutFlash(location.href), { signal });
    if (signal.aborted || sending > 0 || isHeld()) return;
    if (isDesk(next) && sequenceOf(next) >= sequenceOf(document)) exchange(next, false);
  } catch {
    // The stream says so again when the connection is back.
  }
}

/** One after another; what had to wait for something else of ours is meant for what that made of the flag. */
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
    const channel = byId(`f-${key}`);
    if (waits && channel !== null) fields.set('version', channel.dataset.version);
    const answer = await fetchPage(address, { method: 'POST', body: fields });
    if (isDesk(answer)) exchange(answer, true, form);
    else say(`${answer.querySelector('h1')?.textContent ?? 'That did not work'}. Nothing was changed.`);
  } finally {
    sending -= 1;
    resolve();
    if (announced > sequenceOf(document)) void refresh();
  }
}

/** Puts what is new in place of what is there; the focus, what is being typed, and lifted guards outlive it. */
function exchange(next, isAnswer, sent) {
  const focused = document.activeElement?.id;
  const channel = document.activeElement?.closest('.channel')?.id;
  const typed = [...document.querySelectorAll('.desk input.field, .desk select.field')]
    .filter((field) => field.id !== '' && isTouched(field) && field.form !== sent)
    .map((field) => [field.id, field.value]);
  const open = [...document.querySelectorAll('details[open]')]
    .filter((part) => sent === undefined || !part.contains(sent))
    .map((part) => part.id);

  if (next.body.dataset.page === document.body.dataset.page) {
    for (const id of PARTS) if (isAnswer || id !== 'notices') replace(byId(id), next.getElementById(id));
    exchangeChannels(next);
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
    // What had the focus is gone at times; never is it handed to something that changes a flag.
    (byId(focused ?? '') ?? byId(`${channel}-open`))?.focus({ preventScroll: true });
  }
}

const isTouched = (field) =>
  field instanceof HTMLSelectElement ? field.selectedIndex > 0 : field.value !== field.defaultValue;

function replace(old, fresh) {
  if (old !== null && fresh !== null) old.replaceWith(document.adoptNode(fresh));
}

const channelIds = (root) =>
  [...root.querySelectorAll('.channel, .desk-empty')].map((part) => part.id).join(' ');

function exchangeChannels(next) {
  const strips = byId('strips');
  const fresh = next.getElementById('strips');
  if (strips === null || fresh === null) return;
  if (channelIds(strips) !== channelIds(fresh)) {
    strips.replaceWith(document.adoptNode(fresh));
    return;
  }
  for (const channel of fresh.querySelectorAll('.channel')) {
    const old = byId(channel.id);
    if (old !== null && old.querySelector('[data-held]') === null)
      old.replaceWith(document.adoptNode(channel));
  }
}

const isHeld = () => document.querySelector('[data-held]') !== null;

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !('swap' in form.dataset)) return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  post(form.getAttribute('action'), fields, form).catch(() =>
    say('DJ Toggle cannot be reached. Look whether the change was made before you try again.'),
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

// What was done is said for a moment, and leaves the address.

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

// A lifted guard falls when one turns away.

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

// The desk's stream.

let stream;

function listen() {
  const address = document.body.dataset.events;
  if (address === undefined) return;
  stream?.close();
  stream = new EventSource(address);
  for (const name of ['here', 'changed']) {
    stream.addEventListener(name, (event) => {
      const { sequence } = JSON.parse(event.data);
      // Without a number it is no flag that changed, but where the flags come from.
      announced = Math.max(announced, sequence ?? 0);
      if (sequence === undefined || announced > sequenceOf(document)) void refresh();
    });
  }
  stream.addEventListener('levels', (event) => {
    for (const { key, levels } of JSON.parse(event.data)) showLevels(byId(`f-${key}`), levels);
  });
  stream.addEventListener('error', () => {
    // The browser comes back by itself after a cut; only a refusal closes for good.
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, CLOSED_PAUSE_MS);
  });
}

function showLevels(channel, levels) {
  for (const { variation, count, lit, shareText } of levels) {
    const level = channel?.querySelector(`.level[data-variation="${variation ?? 'default'}"]`);
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
