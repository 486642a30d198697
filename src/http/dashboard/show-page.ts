import type { Request, Response } from 'express';
import { type Store, StoreUnavailableError } from '../../store/store.ts';
import { queryOf } from '../input/parse.ts';
import type { RenderView } from '../html/render-view.ts';
import type { DeskPages } from './pages.ts';
import { type DeskPlace, deskPlace } from './dashboard-scope.ts';
import type { Alert, DashboardViews } from './dashboard-views.ts';

export const placeOf = (store: Pick<Store, 'snapshot'>, req: Request): DeskPlace =>
  deskPlace(store, queryOf(req));

/** The page that a form stood on, once more, with what came in the way. */
export interface ShowDesk {
  desk(req: Request, res: Response, place: DeskPlace, status: number, alert: Alert): Promise<void>;
  flag(
    req: Request,
    res: Response,
    place: DeskPlace,
    key: string,
    status: number,
    alert: Alert,
  ): Promise<void>;
}

export function createShowDesk(render: RenderView<DashboardViews>, pages: DeskPages): ShowDesk {
  return {
    desk: async (req, res, place, status, alert) => {
      const page = await pages.desk(req, res, place, { alert });
      res.status(status).type('html').send(render('dashboard', page));
    },
    flag: async (req, res, place, key, status, alert) => {
      const page = await pages.flag(req, res, place, key, { alert });
      res.status(status).type('html').send(render('dashboard-flag', page));
    },
  };
}

/** What was made of a write; a store that is away is an answer like any other. */
export async function tried<T>(
  write: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly unavailable: string }> {
  try {
    return { value: await write() };
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    return {
      unavailable: `${WHY[error.reason]} Listeners keep the flags as they are. Try again in a moment.`,
    };
  }
}

const WHY: Readonly<Record<StoreUnavailableError['reason'], string>> = {
  away: 'The database cannot be reached.',
  busy: 'The database is busy with somebody else’s writing.',
  full: 'The disk of the database is full.',
};
