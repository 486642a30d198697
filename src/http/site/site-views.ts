import { type Frame, frameOf } from '../html/frame.ts';
import type { Assets } from '../html/assets.ts';
import type { Pressing } from './pressing.ts';
import type { SitePage } from './site-page.ts';

export interface ErrorView {
  readonly frame: Frame;
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly meaning: string;
  readonly detail: string;
  /** What is written on the record's label. */
  readonly pressing: Pressing;
}

/** The views of the site, and the model of each. */
export interface SiteViews {
  readonly [name: string]: object;
  readonly site: SitePage;
  readonly error: ErrorView;
}

export const siteFrameOf = (
  assets: Assets,
  nonce: string,
  title: string,
  scripts: readonly string[] = [],
): Frame => frameOf(assets, nonce, title, { styles: ['site.css', 'tracks.css'], scripts });
