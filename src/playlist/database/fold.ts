/** Text as it is compared and sorted: without accents and case, so that "Édith" stands beside "Edith". */
export function fold(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
