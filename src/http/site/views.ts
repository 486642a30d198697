import type { Assets } from './assets.ts';
import type { Pressing, SitePage } from './site-page.ts';

/** What `views/partials/head.ejs` needs on every page. */
export interface Frame {
  readonly title: string;
  readonly nonce: string;
  readonly font: string;
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
  readonly icon: string;
}

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

/** The views of this door, and the model of each. */
export interface SiteViews {
  readonly [name: string]: object;
  readonly site: SitePage;
  readonly error: ErrorView;
}

export function frameOf(
  assets: Assets,
  nonce: string,
  title: string,
  scripts: readonly string[] = [],
): Frame {
  return {
    title: `${title} · DJ Toggle`,
    nonce,
    font: assets.url('bricolage-grotesque.woff2'),
    styles: ['tokens.css', 'base.css', 'site.css'].map((name) => assets.url(name)),
    scripts: scripts.map((name) => assets.url(name)),
    icon: assets.url('icon.svg'),
  };
}
