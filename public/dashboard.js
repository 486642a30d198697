// Improves a desk that works without it: forms marked `data-swap` are sent in place, faders can be moved by hand, and what
// others change, and what listeners are served, shows at once.

const KEYS_PAUSE_MS = 450;
const FLASH_MS = 5_000;
const CLOSED_PAUSE_MS = 30_000;
const UNITS_PER_MARK = 100;

const byId = (id) => document.getElementById(id);

/** Parts that are exchanged as a whole, besides the channels. */
const PARTS = ['notices', 'log', 'definition', 'strips-end'];

let underWay = new AbortController();
let refreshWanted = false;

async function swap(address, body) {
  underWay.abort();
  underWay = new AbortController();
  const { signal } = underWay;
  let response;
  let text;
  try {
    response = await fetch(address, {
      signal,
      headers: { accept: 'text/html' },
      ...(body === undefined ? {} : { method: 'POST', body }),
    });
    text = await response.text();
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  }
  const next = new DOMParser().parseFromString(text, 'text/html');
  if (signal.aborted) return;
  // The session is over, or something else came than a desk: let the browser show it.
  if (next.body.dataset.sequence === undefined) {
    location.assign(body === undefined ? address : location.href);
    return;
  }
  exchange(next, body !== undefined);
}

/** Puts what is new in place of what is there; the focus, what is being typed, and lifted guards outlive it. */
function exchange(next, isAnswer) {
  const focused = document.activeElement?.id;
  const typed = [...document.querySelectorAll('.desk input.field, .desk select.field')]
    .filter(
      (field) => field.id !== '' && isTouched(field) && !(isAnswer && field.form?.dataset.sent === 'yes'),
    )
    .map((field) => [field.id, field.value]);
  const open = [...document.querySelectorAll('details[open]')]
    .filter((part) => !(isAnswer && part.querySelector('form[data-sent]')))
    .map((part) => part.id);

  for (const id of PARTS) if (isAnswer || id !== 'notices') replace(byId(id), next.getElementById(id));
  exchangeChannels(next);
  document.body.dataset.sequence = next.body.dataset.sequence;

  for (const [id, value] of typed) {
    const field = byId(id);
    if (field !== null) field.value = value;
  }
  for (const id of open) byId(id)?.setAttribute('open', '');
  improve();
  if (focused && document.activeElement?.id !== focused) byId(focused)?.focus({ preventScroll: true });
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
    if (old !== null) old.replaceWith(document.adoptNode(channel));
  }
}

async function send(form, submitter) {
  const fields = new URLSearchParams(new FormData(form, submitter));
  form.dataset.sent = 'yes';
  try {
    await swap(form.getAttribute('action'), fields);
  } catch {
    say('DJ Toggle cannot be reached. Nothing was changed; try again.');
    delete form.dataset.sent;
  }
}

async function refresh() {
  if (isHeld()) {
    refreshWanted = true;
    return;
  }
  refreshWanted = false;
  try {
    await swap(withoutFlash(location.href));
  } catch {
    // The stream says so again when the connection is back.
  }
}

/** A fader in somebody's hand is not taken out of it. */
const isHeld = () => document.querySelector('[data-held]') !== null;

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !('swap' in form.dataset)) return;
  event.preventDefault();
  void send(form, event.submitter);
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
    if (refreshWanted) void refresh();
    return;
  }
  const fields = new URLSearchParams(new FormData(form));
  fields.set('percentage', range.dataset.percentage);
  swap(form.getAttribute('action'), fields).catch(() => {
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
      if (String(sequence) !== document.body.dataset.sequence) void refresh();
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
  for (const { variation, count, share, shareText } of levels) {
    const level = channel?.querySelector(`.level[data-variation="${variation ?? 'default'}"]`);
    if (!level) continue;
    level.querySelector('.level-lit').setAttribute('width', `${share}%`);
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
