// Improves a page that works without it, and falls back to whole page loads when it cannot: links and forms marked `data-swap` are followed in place, a search runs while one
// types, and when a change of the flag changes this listener's answer, the list changes with it.

const PARTS = ['strip', 'front', 'crate', 'notes'];
const NAMED_ROWS = 12;
const TYPING_PAUSE_MS = 150;
const REFUSED_PAUSE_MS = 30_000;

const byId = (id) => document.getElementById(id);
const calm = matchMedia('(prefers-reduced-motion: reduce)');

let underWay = new AbortController();

/** Fetches a page (after its redirects) and puts its parts in place of ours. False when another swap overtook it. */
async function swap(address, { body, history: entry = 'push', animate = true, say = false } = {}) {
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
    if (signal.aborted) return false;
    throw error;
  }
  const next = new DOMParser().parseFromString(text, 'text/html');
  if (signal.aborted) return false;
  if (next.getElementById('crate') === null)
    throw new Error(`the answer was no playlist (status ${response.status})`);
  const place = new URL(response.url);
  await transition(animate, () => exchange(next));
  if (entry === 'push' && place.href !== location.href) history.pushState(null, '', place);
  else history.replaceState(null, '', place);
  document.title = next.title;
  if (say) byId('spoken').textContent = byId('count')?.textContent ?? '';
  listen();
  return true;
}

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

/** A track that is in both lists moves from its old place to its new one. */
function nameRows() {
  for (const row of [...document.querySelectorAll('.track')].slice(0, NAMED_ROWS))
    row.style.viewTransitionName = row.id;
}

function unnameRows() {
  for (const row of document.querySelectorAll('.track')) row.style.viewTransitionName = '';
}

/** The focus, and what is being typed, outlive the exchange. */
function exchange(next) {
  const focused = document.activeElement;
  const kept =
    focused instanceof HTMLInputElement
      ? { value: focused.value, start: focused.selectionStart, end: focused.selectionEnd }
      : undefined;
  for (const id of PARTS) {
    const [old, fresh] = [byId(id), next.getElementById(id)];
    if (old !== null && fresh !== null) old.replaceWith(document.adoptNode(fresh));
  }
  if (focused === null || focused === document.body || focused.isConnected) return;
  const again = focused.id === '' ? null : byId(focused.id);
  (again ?? byId('tracks-title'))?.focus({ preventScroll: true });
  if (kept !== undefined && again instanceof HTMLInputElement && again.type === 'search') {
    again.value = kept.value;
    again.setSelectionRange(kept.start, kept.end);
  }
}

/** Not `form.action`: that is the button of that name, where there is one. */
function addressOf(form, fields) {
  const address = new URL(form.getAttribute('action') ?? '', location.href);
  if (fields !== undefined) address.search = fields;
  return address.href;
}

document.addEventListener('click', (event) => {
  const target = event.target instanceof Element ? event.target : undefined;
  if (target?.closest('#told-close')) byId('told').hidden = true;
  const anchor = target?.closest('a[data-swap]');
  if (!anchor || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  void follow(anchor);
});

async function follow(anchor) {
  try {
    const done = await swap(anchor.href, { say: true });
    if (!done || anchor.dataset.swap !== 'top') return;
    byId('tracks-title').focus({ preventScroll: true });
    byId('crate').scrollIntoView({ block: 'start' });
  } catch {
    location.assign(anchor.href);
  }
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !('swap' in form.dataset)) return;
  event.preventDefault();
  clearTimeout(typing);
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  if (form.method === 'get') {
    const address = addressOf(form, fields);
    swap(address, { say: true }).catch(() => location.assign(address));
    return;
  }
  swap(addressOf(form), { body: fields, history: 'replace' }).catch(() => location.reload());
});

document.addEventListener('change', (event) => {
  const button = event.target instanceof HTMLSelectElement ? byId(event.target.dataset.submit ?? '') : null;
  if (button instanceof HTMLButtonElement) button.form?.requestSubmit(button);
});

let typing;

document.addEventListener('input', (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || !('typeAhead' in input.dataset) || event.isComposing) return;
  clearTimeout(typing);
  typing = setTimeout(() => {
    const address = addressOf(input.form, new URLSearchParams(new FormData(input.form)));
    // A search that fails while one types is tried again with the next letter, or with Enter.
    swap(address, { history: 'replace', animate: false, say: true }).catch(() => undefined);
  }, TYPING_PAUSE_MS);
});

addEventListener('popstate', () => {
  swap(location.href, { history: 'replace' }).catch(() => location.reload());
});

// The page's own stream: it speaks only when this listener's answer changes. A page that nobody sees holds none (a browser
// opens only six connections to one host); when it is seen again, the stream tells at once what it missed.

let stream;
let heard;

function listen() {
  const address = byId('notes').dataset.events;
  if (address === heard || document.hidden) return;
  hush();
  heard = address;
  const opened = new EventSource(address);
  stream = opened;
  opened.addEventListener('answer', (event) => changed(event, true));
  opened.addEventListener('reason', (event) => changed(event, false));
  opened.addEventListener('error', () => {
    // The browser comes back by itself after a cut; only a refusal (too many pages) closes for good.
    if (opened.readyState === EventSource.CLOSED && opened === stream) listenLater();
  });
}

function hush() {
  stream?.close();
  stream = undefined;
  heard = undefined;
}

function listenLater() {
  hush();
  setTimeout(listen, REFUSED_PAUSE_MS);
}

async function changed(event, visible) {
  const { why } = JSON.parse(event.data);
  try {
    // The place in the other version's list means nothing in this one's.
    await swap(visible ? withoutPlace(location.href) : location.href, { history: 'replace' });
  } catch {
    // The page that is there stays. Its mark is the old one, so the next stream tells it again.
    listenLater();
    return;
  }
  if (!visible) return;
  byId('told').hidden = false;
  byId('told-text').textContent = `Your list has changed. ${why}`;
}

function withoutPlace(href) {
  const address = new URL(href);
  for (const name of ['cursor', 'from']) address.searchParams.delete(name);
  return address.href;
}

document.addEventListener('visibilitychange', () => (document.hidden ? hush() : listen()));
addEventListener('pagehide', hush);
addEventListener('pageshow', listen);

listen();
