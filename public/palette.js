// @ts-check
// The command palette: Ctrl K opens a list of every flag, segment, page and action, which the page “Find” shows as well.

import { fetchPage } from './swap.js';

const TYPING_PAUSE_MS = 100;

const opener = document.getElementById('find');
const dialog = document.createElement('dialog');
dialog.className = 'palette';
dialog.setAttribute('aria-label', 'Find any flag, segment, page or action');
const field = document.createElement('input');
field.className = 'field';
field.type = 'search';
field.maxLength = 200;
field.placeholder = 'Any flag, segment, page or action';
field.setAttribute('aria-label', field.placeholder);
const results = document.createElement('div');
results.setAttribute('role', 'status');
dialog.append(field, results);

let asking = new AbortController();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let typing;

async function find() {
  asking.abort();
  asking = new AbortController();
  const address = new URL(opener?.getAttribute('href') ?? '', location.href);
  if (field.value !== '') address.searchParams.set('q', field.value);
  try {
    const { page } = await fetchPage(address.href, { signal: asking.signal });
    const found = page.getElementById('found');
    if (found === null) location.assign(address);
    else results.replaceChildren(...document.adoptNode(found).childNodes);
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'AbortError'))
      results.replaceChildren('DJ Toggle cannot be reached.');
  }
}

function open() {
  if (!dialog.isConnected) document.body.append(dialog);
  if (dialog.open) return;
  field.value = '';
  dialog.showModal();
  field.focus();
  void find();
}

/** @returns {HTMLAnchorElement[]} */
const links = () => [...results.querySelectorAll('a')];

field.addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(() => void find(), TYPING_PAUSE_MS);
});

dialog.addEventListener('keydown', (event) => {
  const items = links();
  const at = items.findIndex((link) => link === document.activeElement);
  if (event.key === 'ArrowDown') (items[at + 1] ?? items.at(-1) ?? field).focus();
  else if (event.key === 'ArrowUp') (items[at - 1] ?? field).focus();
  else if (event.key === 'Enter' && at === -1) items[0]?.click();
  else return;
  event.preventDefault();
});

// A click beside the list closes it.
dialog.addEventListener('click', (event) => {
  if (event.target === dialog) dialog.close();
});

opener?.addEventListener('click', (event) => {
  event.preventDefault();
  open();
});

document.addEventListener('keydown', (event) => {
  if (opener === null || event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  open();
});
