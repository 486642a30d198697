/** Text as it is compared and sorted: without accents and case, so that "Édith" stands beside "Edith". */
export function fold(text: string): string {
  // Most text is: this is five times as fast.
  if (/^[\x20-\x7e]*$/.test(text)) return text.toLowerCase();
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
