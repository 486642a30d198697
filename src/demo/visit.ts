import * as z from 'zod';
import type { CrowdPersona } from './personas.ts';
import type { SiteClient, SiteResponse } from './site-client.ts';

/** `control` is the top 10, `treatment` the full list from the database. */
export type Answer = 'control' | 'treatment';

/** A listener as a browser knows them: by name and by the cookies that the site gave. */
export interface Visitor {
  readonly name: string;
  readonly persona: CrowdPersona;
  readonly cookies: Map<string, string>;
}

export interface Visit {
  /** What the flag gave, also where the top 10 stood in for a database that failed. */
  readonly answer: Answer;
  /** The context's key. */
  readonly key: string;
  readonly source: string;
  /** Whether the page is not the one that the flag gave. */
  readonly hasFailed: boolean;
  readonly action: 'play' | 'like' | 'skip' | undefined;
}

/** What fetches pages by itself would be taken for a bot, whom no experiment counts. */
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0';

/** What listeners do with a page, as chances: they like what the full list offers a little more. */
const CHANCES: Readonly<Record<Answer, Readonly<Record<'play' | 'like' | 'skip', number>>>> = {
  control: { play: 0.3, like: 0.06, skip: 0.12 },
  treatment: { play: 0.34, like: 0.14, skip: 0.08 },
};

const page = z.object({
  tracks: z.array(z.object({ track_name: z.string(), artist: z.string() })),
  flag: z.object({ value: z.unknown(), source: z.string() }),
  listener: z.object({ key: z.string() }),
  notice: z.string().optional(),
});

/** The site refused a page. */
export class PageRefusedError extends Error {
  override readonly name = 'PageRefusedError';
}

/**
 * One look at the playlist, by requests that a browser would make: who they are (once), the list, and perhaps a play.
 *
 * @param random from 0 up to, but not including, 1
 * @throws PageRefusedError when the page does not come; and what the connection throws
 */
export async function visit(client: SiteClient, visitor: Visitor, random: () => number): Promise<Visit> {
  const send = async (method: 'GET' | 'POST', path: string, type?: string, body?: string) => {
    const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await client.send({
      method,
      path,
      headers: {
        'user-agent': BROWSER,
        ...(cookie === '' ? {} : { cookie }),
        ...(type === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body }),
    });
    keepCookies(visitor, response);
    return response;
  };

  if (visitor.cookies.size === 0) {
    // Where listeners may not say who they are this is 404, and the site knows them by their cookie alone.
    await send('POST', '/persona', 'application/x-www-form-urlencoded', personaForm(visitor));
  }
  const response = await send('GET', '/api/playlist?limit=10');
  if (response.status !== 200) throw new PageRefusedError(`the page came with status ${response.status}`);
  const { tracks, flag, listener, notice } = page.parse(JSON.parse(response.body));
  const answer: Answer = flag.value === true ? 'treatment' : 'control';
  const track = tracks[Math.floor(random() * tracks.length)];
  const action = actionBy(random(), CHANCES[answer]);
  if (track !== undefined && action !== undefined)
    await send('POST', '/track', 'application/json', JSON.stringify({ action, ...track }));
  return { answer, key: listener.key, source: flag.source, hasFailed: notice !== undefined, action };
}

function keepCookies({ cookies }: Visitor, response: SiteResponse): void {
  for (const pair of response.cookies) {
    const equals = pair.indexOf('=');
    cookies.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
}

function personaForm({ name, persona: { groups, country = '', plan = '' } }: Visitor): string {
  return new URLSearchParams({ user: name, groups: groups.join(','), country, plan }).toString();
}

function actionBy(chance: number, chances: (typeof CHANCES)[Answer]): Visit['action'] {
  let below = 0;
  for (const action of ['play', 'like', 'skip'] as const) {
    below += chances[action];
    if (chance < below) return action;
  }
  return undefined;
}
