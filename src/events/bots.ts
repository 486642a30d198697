import { isbot } from 'isbot';
import { LRUCache } from 'lru-cache';
import { isFields } from './context-keys.ts';

/** Attributes of a context that may hold the user agent of whom it is about. */
const ATTRIBUTES = ['userAgent', 'user_agent'] as const;
/** No browser's is longer. */
const MAX_LENGTH = 1_000;

/** The list has hundreds of patterns, and of user agents there are few. */
const known = new LRUCache<string, boolean>({ max: 2_000 });

/**
 * Whether a user agent is that of a crawler, a monitor, a headless browser or a program that fetches pages: the list of
 * the package `isbot`, whole. Without a user agent it is not known, and the answer is no.
 *
 * @example isBotAgent('Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)') // true
 */
export function isBotAgent(userAgent: string | undefined): boolean {
  if (userAgent === undefined || userAgent === '') return false;
  const agent = userAgent.slice(0, MAX_LENGTH);
  const remembered = known.get(agent);
  if (remembered !== undefined) return remembered;
  const isBot = isbot(agent);
  known.set(agent, isBot);
  return isBot;
}

/** Whether a context says so of itself: by `userAgent` or `user_agent` of any of its kinds. */
export function isBotContext(context: { readonly [name: string]: unknown }): boolean {
  if (context['kind'] === 'multi') {
    return Object.values(context).some((single) => isFields(single) && isBotContext(single));
  }
  // Users of older senders have their own attributes in `custom`.
  const { custom } = context;
  return namesBot(context) || (isFields(custom) && namesBot(custom));
}

function namesBot(fields: { readonly [name: string]: unknown }): boolean {
  return ATTRIBUTES.some((name) => {
    const agent = fields[name];
    return typeof agent === 'string' && isBotAgent(agent);
  });
}
