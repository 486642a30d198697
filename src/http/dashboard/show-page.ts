import { join } from 'node:path';
import { StoreUnavailableError } from '../../store/store.ts';
import { createRenderView } from '../html/render-view.ts';
import { dashboardFrame, type FrameDeps } from './dashboard-frame.ts';
import type { Visit } from './dashboard-scope.ts';
import type { Alert, DashboardFrame, DashboardModels } from './dashboard-views.ts';

export const VIEWS = join(import.meta.dirname, '..', '..', '..', 'views');

export interface PageHead {
  readonly title: string;
  /** HTTP status. Default: 200. */
  readonly status?: number;
  readonly alert?: Alert | undefined;
  /** The flags whose meters the page shows. */
  readonly meters?: readonly string[];
}

/** Sends a page inside the dashboard's frame. */
export type ShowPage = <Name extends keyof DashboardModels>(
  visit: Visit,
  view: Name,
  head: PageHead,
  model: DashboardModels[Name],
) => Promise<void>;

export function createShowPage(deps: FrameDeps): ShowPage {
  const render = createRenderView<Readonly<Record<keyof DashboardModels, DashboardFrame>>>(VIEWS);
  return async (visit, view, { title, status = 200, alert, meters = [] }, model) => {
    const frame = await dashboardFrame(deps, visit, { title, alert, meters });
    visit.res
      .status(status)
      .type('html')
      .send(render(view, { ...frame, ...model }));
  };
}

/** The result of a write, or a sentence that says why the store could not take it. */
export async function tryWrite<T>(
  write: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly unavailable: string }> {
  try {
    return { value: await write() };
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    return {
      unavailable: `${REASONS[error.reason]} Listeners keep the flags as they are. Try again in a moment.`,
    };
  }
}

const REASONS: Readonly<Record<StoreUnavailableError['reason'], string>> = {
  away: 'The database cannot be reached.',
  busy: 'The database is busy with another write.',
  full: 'The disk of the database is full.',
};
