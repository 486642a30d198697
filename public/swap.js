// @ts-check
// Exchanges parts of the page for those of a page that was fetched. The site and the dashboard share it.

/** @param {string} id */
export const byId = (id) => document.getElementById(id);

/**
 * Fetches a page, after its redirects.
 * @param {string} address
 * @param {RequestInit} [options]
 * @returns {Promise<{ page: Document, address: URL, status: number }>}
 */
export async function fetchPage(address, options) {
  const response = await fetch(address, { headers: { accept: 'text/html' }, ...options });
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  return { page, address: new URL(response.url), status: response.status };
}

/**
 * What a form sends, as the button `submitter` sends it.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} [submitter]
 */
export const formFields = (form, submitter) =>
  new URLSearchParams(
    [...new FormData(form, submitter)].flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  );

/**
 * Puts a part of another page in the place of ours.
 * @param {Element | null} old
 * @param {Element | null} fresh
 */
export function replace(old, fresh) {
  if (old !== null && fresh !== null) old.replaceWith(document.adoptNode(fresh));
}

/**
 * Keeps the focus, and what is being typed, while `change` exchanges the elements that have them.
 * @param {() => void} change
 * @param {() => HTMLElement | null} fallback gets the focus when the focused element is gone for good
 */
export function keepingFocus(change, fallback) {
  const focused = document.activeElement;
  const typed =
    focused instanceof HTMLInputElement && focused.type !== 'range'
      ? { value: focused.value, start: focused.selectionStart, end: focused.selectionEnd }
      : undefined;
  change();
  if (focused === null || focused === document.body || focused.isConnected) return;
  const again = focused.id === '' ? null : byId(focused.id);
  (again ?? fallback())?.focus({ preventScroll: true });
  if (typed !== undefined && again instanceof HTMLInputElement) {
    again.value = typed.value;
    if (typed.start !== null) again.setSelectionRange(typed.start, typed.end);
  }
}
