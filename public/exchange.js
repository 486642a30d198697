// @ts-check
// Puts the parts of a page that was fetched in the place of the dashboard's.

import { byId, replace } from './swap.js';

/** Parts that are replaced as a whole, besides the flag cards. */
const PARTS = ['banner', 'notices', 'log', 'definition', 'flag-list', 'live'];

/**
 * Replaces the page's parts with those of `next`; keeps the focus, typed text and open details.
 * @param {Document} next
 * @param {boolean} isResponse whether it answers a form of ours, so that its messages are for us
 * @param {() => void} afterwards makes the new parts work
 * @param {HTMLFormElement} [sent] the form, whose own text and details are not kept
 */
export function exchange(next, isResponse, afterwards, sent) {
  const focused = document.activeElement?.id ?? '';
  const caret = caretOf(document.activeElement);
  const cardId = document.activeElement?.closest('.flag-card')?.id;
  const typed = fieldsOf(document)
    .filter((field) => field.id !== '' && isTouched(field) && field.form !== sent)
    .map((field) => /** @type {const} */ ([field.id, field.value]));
  const checked = [...document.querySelectorAll('input[type=checkbox]:checked')].map(({ id }) => id);
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
    if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = value;
  }
  for (const id of checked) {
    const box = byId(id);
    if (box instanceof HTMLInputElement) box.checked = true;
  }
  for (const id of open) byId(id)?.setAttribute('open', '');
  afterwards();
  if (document.activeElement === document.body) {
    // If the focused element is gone, the focus goes to the card's link: never to a control that changes a flag.
    const again = byId(focused);
    (again ?? byId(`${cardId}-open`))?.focus({ preventScroll: true });
    if (again instanceof HTMLInputElement && caret !== null) again.setSelectionRange(caret, caret);
  }
}

/**
 * @param {ParentNode} root
 * @returns {(HTMLInputElement | HTMLSelectElement)[]}
 */
const fieldsOf = (root) =>
  [...root.querySelectorAll('.dashboard input.field, .dashboard select.field')].flatMap((field) =>
    field instanceof HTMLInputElement || field instanceof HTMLSelectElement ? [field] : [],
  );

/** @param {Element | null} field */
const caretOf = (field) => (field instanceof HTMLInputElement ? field.selectionEnd : null);

/** @param {HTMLInputElement | HTMLSelectElement} field */
const isTouched = (field) =>
  field instanceof HTMLSelectElement ? field.selectedIndex > 0 : field.value !== field.defaultValue;

/** @param {ParentNode} root */
const cardIds = (root) => [...root.querySelectorAll('.flag-card')].map((part) => part.id).join(' ');

/** @param {Document} next */
function exchangeCards(next) {
  const cards = byId('cards');
  const fresh = next.getElementById('cards');
  if (cards === null || fresh === null) {
    // A list that is searched has no cards above it.
    cards?.remove();
    if (fresh !== null) byId('flag-list')?.before(document.adoptNode(fresh));
    return;
  }
  if (cardIds(cards) !== cardIds(fresh)) {
    replace(cards, fresh);
    return;
  }
  for (const card of fresh.querySelectorAll('.flag-card')) {
    const old = byId(card.id);
    if (old?.querySelector('[data-held]') === null) replace(old, card);
  }
}
