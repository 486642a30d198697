import type { Assets } from './assets.ts';

/** What `views/partials/head.ejs` needs on every page. */
export interface Frame {
  readonly title: string;
  readonly nonce: string;
  readonly font: string;
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
  readonly icon: string;
}

export interface FrameFiles {
  /** Besides those of every page, in their order. */
  readonly styles: readonly string[];
  /** Default: none. */
  readonly scripts?: readonly string[];
}

export function frameOf(
  assets: Assets,
  nonce: string,
  title: string,
  { styles, scripts = [] }: FrameFiles,
): Frame {
  return {
    title: `${title} · DJ Toggle`,
    nonce,
    font: assets.url('bricolage-grotesque.woff2'),
    styles: ['tokens.css', 'base.css', ...styles].map((name) => assets.url(name)),
    scripts: scripts.map((name) => assets.url(name)),
    icon: assets.url('icon.svg'),
  };
}
