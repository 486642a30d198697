import { join } from 'node:path';
import { type Frame, frameOf } from '../html/frame.ts';
import { createRenderView, type RenderView } from '../html/render-view.ts';
import type { Assets } from '../html/assets.ts';
import type { AnswersPage } from './answers/answers-routes.ts';
import type { AudiencePage } from './audience/audience-routes.ts';
import type { FloorPage } from './floor/floor-page.ts';
import type { WalkthroughPage } from './walkthrough/walkthrough-page.ts';

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
  readonly walkthrough: DemoFrame & WalkthroughPage;
  readonly answers: DemoFrame & AnswersPage;
  readonly audience: DemoFrame & AudiencePage;
}

const VIEWS = join(import.meta.dirname, '..', '..', '..', 'views');

export const createRenderDemo = (): RenderView<DemoViews> => createRenderView(VIEWS);

export const floorFrame = (assets: Assets, nonce: string): Frame =>
  frameOf(assets, nonce, 'The dance floor', { styles: ['talk.css', 'floor.css'], scripts: ['floor.js'] });

export const walkthroughFrame = (assets: Assets, nonce: string): Frame =>
  frameOf(assets, nonce, 'The walkthrough', {
    styles: ['talk.css', 'walkthrough.css'],
    scripts: ['walkthrough.js'],
  });

export const answersFrame = (assets: Assets, nonce: string): Frame =>
  frameOf(assets, nonce, 'One flag, one answer', {
    styles: ['talk.css', 'answers.css'],
    scripts: ['answers.js'],
  });

export const audienceFrame = (assets: Assets, nonce: string): Frame =>
  frameOf(assets, nonce, 'Join in', { styles: ['talk.css', 'audience.css'] });
