import { join } from 'node:path';
import { type Frame, frameOf } from '../html/frame.ts';
import { createRenderView, type RenderView } from '../html/render-view.ts';
import type { Assets } from '../html/assets.ts';
import type { FloorPage } from './floor/floor-page.ts';

/** What surrounds every page of the talk. */
export interface DemoFrame {
  readonly frame: Frame;
  readonly csrf: string;
  /** The page's event stream. */
  readonly events: string;
  /** What did not work, and what to do; undefined: nothing. */
  readonly alert: string | undefined;
}

export interface DemoViews {
  readonly [name: string]: object;
  readonly floor: DemoFrame & FloorPage;
}

const VIEWS = join(import.meta.dirname, '..', '..', '..', 'views');

export const createRenderDemo = (): RenderView<DemoViews> => createRenderView(VIEWS);

export const floorFrame = (assets: Assets, nonce: string): Frame =>
  frameOf(assets, nonce, 'The dance floor', { styles: ['talk.css', 'floor.css'], scripts: ['floor.js'] });
