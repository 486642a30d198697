import { Router, type Request, type Response } from 'express';
import type { ChangeOutcome } from '../../store/store.ts';
import { authorOf } from '../auth/principal.ts';
import { safeNext } from '../input/safe-next.ts';
import { onlyMethods } from '../middleware/request-rules.ts';
import type { DashboardDeps } from './dashboard-deps.ts';
import type { DeskAccess } from './dashboard-access.ts';
import { placeOf, type ShowDesk, tried } from './show-page.ts';
import { formError, undoForm } from './forms.ts';
import type { DeskPlace } from './dashboard-scope.ts';
import { listText } from './text/clause-words.ts';

/** `POST /dashboard/undo`: puts back what was before a change, by a change of its own. */
export function createUndo(
  { store }: Pick<DashboardDeps, 'store'>,
  access: DeskAccess,
  show: ShowDesk,
): Router {
  const router = Router();

  router.post('/undo', ...access.change, async (req, res) => {
    const place = placeOf(store, req);
    const parsed = undoForm.safeParse(req.body);
    if (!parsed.success) {
      await refuse(req, res, place, 422, formError(parsed.error, req.body).text);
      return;
    }
    const { entry: id, version, back } = parsed.data;
    const done = await tried(async () => {
      const [entry] = await store.audit({ environment: place.environment, before: id + 1, limit: 1 });
      if (entry?.id !== id) return { outcome: 'not-found' } as const;
      const { snapshot } = placeOf(store, req);
      const current = (entry.kind === 'flag' ? snapshot.flags : snapshot.segments).get(entry.key);
      // The store undoes whatever came after, so what came after is looked at first.
      return (current?.version ?? 'absent') === version
        ? { entry, ...(await store.undo(authorOf(req, res, 'dashboard'), id)) }
        : ({ outcome: 'conflict', currentVersion: current?.version ?? null } as const);
    });
    if ('unavailable' in done) {
      await refuse(req, res, place, 503, done.unavailable);
      return;
    }
    const { value } = done;
    const key = 'entry' in value ? value.entry.key : undefined;
    if (value.outcome === 'changed' || value.outcome === 'unchanged') {
      res.redirect(303, withFlash(back, value.outcome === 'changed' ? 'undone' : 'unchanged', key));
    } else {
      await refuse(req, res, placeOf(store, req), 409, refusalText(value));
    }
  });

  router.all('/undo', onlyMethods('POST'));
  return router;

  async function refuse(
    req: Request,
    res: Response,
    place: DeskPlace,
    status: number,
    text: string,
  ): Promise<void> {
    await show.desk(req, res, place, status, { title: 'Nothing was undone', text, again: undefined });
  }
}

function refusalText(outcome: ChangeOutcome): string {
  switch (outcome.outcome) {
    case 'conflict':
      return 'Somebody else changed it after your page was made. It is shown below as it is now; look, and undo again.';
    case 'in-use':
      return `${listText(outcome.by)} came after it and need it as it is. Change those first.`;
    case 'not-found':
      return 'There is no such change in this environment.';
    case 'changed':
    case 'unchanged':
      throw new Error(`undoing succeeded (${outcome.outcome}) and yet failed`);
    default:
      return outcome satisfies never;
  }
}

/** Only to pages of the desk. */
function withFlash(back: string, done: string, flag: string | undefined): string {
  const path = safeNext(back);
  const address = new URL(/^\/dashboard(?:[/?#]|$)/.test(path) ? path : '/dashboard', 'http://here.invalid');
  address.searchParams.set('done', done);
  if (flag !== undefined) address.searchParams.set('flag', flag);
  return `${address.pathname}${address.search}${address.hash}`;
}
