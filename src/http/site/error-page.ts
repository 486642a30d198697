import type { Request, Response } from 'express';
import type { Assets } from '../html/assets.ts';
import type { RenderView } from '../html/render-view.ts';
import { nonceOf } from '../middleware/security-headers.ts';
import { siteFrameOf, type SiteViews } from './site-views.ts';

/** Ends the response with a page in the site's look. `detail` is shown as text. */
export type RenderErrorPage = (
  status: number,
  code: string,
  detail: string,
  request: Request,
  response: Response,
) => void;

export interface ErrorPageOptions {
  readonly render: RenderView<SiteViews>;
  readonly assets: Assets;
}

interface ErrorText {
  readonly title: string;
  readonly meaning: string;
}

const TEXTS: Readonly<Record<number, ErrorText>> = {
  400: {
    title: 'That was not understood',
    meaning: 'Something in the address or the form is not what this page expects. Nothing was changed.',
  },
  403: {
    title: 'Not from there',
    meaning: 'The request came from another site, or lacks the right to do this. Nothing was changed.',
  },
  404: { title: 'Nothing in this groove', meaning: 'No page lives at this address.' },
  405: { title: 'Wrong speed', meaning: 'This address exists, but does not take this kind of request.' },
  413: {
    title: 'Too much at once',
    meaning: 'What was sent is larger than this page takes. Nothing was changed.',
  },
  415: {
    title: 'Unknown format',
    meaning: 'What was sent is in a format that this page does not read. Nothing was changed.',
  },
  429: {
    title: 'Slow down a little',
    meaning: 'Too many requests came from your address. Wait a moment and try again.',
  },
  503: {
    title: 'Back in a moment',
    meaning: 'A part that this page needs is not reachable. Try again in a few seconds.',
  },
};

const CLIENT: ErrorText = {
  title: 'That did not work',
  meaning: 'The request cannot be served as it is. Nothing was changed.',
};
const SERVER: ErrorText = {
  title: 'The needle slipped',
  meaning: 'Something failed on our side, and our log has it. The playlist itself most likely works.',
};

export function createErrorPage({ render, assets }: ErrorPageOptions): RenderErrorPage {
  return (status, code, detail, _request, response) => {
    const { title, meaning } = TEXTS[status] ?? (status >= 500 ? SERVER : CLIENT);
    response
      .status(status)
      .set('Cache-Control', 'no-store')
      .type('html')
      .send(
        render('error', {
          frame: siteFrameOf(assets, nonceOf(response), title),
          status,
          code,
          title,
          meaning,
          detail,
          pressing: { name: `Error ${status}`, origin: code.replaceAll('_', ' '), count: String(status) },
        }),
      );
  };
}
