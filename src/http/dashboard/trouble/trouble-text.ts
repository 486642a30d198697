import type { Problem } from '../../problems/problem.ts';

export interface Trouble {
  readonly title: string;
  /** What it means, and what to do. */
  readonly text: string;
}

/** A problem in the words of its page: what happened, what it means for listeners, what to do. */
export function troubleText({ status, code, message, headers }: Problem): Trouble {
  const wait = waitText(Number(headers['retry-after'] ?? 1));
  switch (status) {
    case 403:
      return code === 'csrf'
        ? {
            title: 'This form is too old',
            text: 'It was made before you logged in, or not by this site. Nothing was changed.',
          }
        : { title: 'This is not for your role', text: message };
    case 404:
      return { title: 'There is nothing here', text: message };
    case 413:
      return { title: 'That is too large', text: `${message} Nothing was changed.` };
    case 429:
      return {
        title: 'Too many requests',
        text: `They came from your address in a short time. Nothing was changed. Try again ${wait}.`,
      };
    case 503:
      return {
        title:
          code === 'storage_full' ? 'The disk of the database is full' : 'The database cannot be reached',
        text: `Listeners keep the flags as they are. Try again ${wait}.`,
      };
    default:
      return { title: 'That did not work', text: message };
  }
}

const waitText = (seconds: number): string =>
  seconds <= 1
    ? 'in a second'
    : seconds < 120
      ? `in ${seconds} seconds`
      : `in ${Math.ceil(seconds / 60)} minutes`;
