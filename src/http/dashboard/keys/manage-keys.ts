import { Router, type Request } from 'express';
import * as z from 'zod';
import { isoTime } from '../../../shared/iso-time.ts';
import { authorOf } from '../../auth/principal.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import type { DashboardAccess } from '../dashboard-access.ts';
import type { DashboardDeps } from '../dashboard-deps.ts';
import { mayAdminister } from '../dashboard-frame.ts';
import { type Visit, visitOf } from '../dashboard-scope.ts';
import { type FormOutcome, handleForm } from '../handle-form.ts';
import type { ShowPage } from '../show-page.ts';
import { expiryOfForm, newKeyForm, rotateKeyForm, scopeOfForm } from './key-forms.ts';
import { keysPage, type KeysPage } from './keys-page.ts';

/** `/dashboard/keys`: makes, replaces and revokes keys. A new key is on the page that answers its form, and nowhere else. */
export function createManageKeys(
  { store, keys, now }: Pick<DashboardDeps, 'store' | 'keys' | 'now'>,
  access: DashboardAccess,
  show: ShowPage,
): Router {
  const router = Router();
  const showKeys = (
    visit: Visit,
    head: { readonly status?: number; readonly text?: string } = {},
    made?: KeysPage['made'],
  ): Promise<void> => {
    const records = mayAdminister(visit.res) ? keys.list() : [];
    const { status = 200, text } = head;
    const alert = text === undefined ? undefined : { title: 'Nothing was changed', text };
    return show(
      visit,
      'dashboard-keys',
      { title: 'Keys', status, alert },
      keysPage(visit.scope, records, now(), made),
    );
  };
  const submit = <Schema extends z.ZodType>(
    visit: Visit,
    schema: Schema,
    act: (fields: z.output<Schema>) => Promise<FormOutcome>,
  ): Promise<void> =>
    handleForm(visit, schema, { act, refuse: (status, text) => showKeys(visit, { status, text }) });

  router.get('/keys', ...access.view, (req, res) => showKeys(visitOf(store, req, res)));

  router.post('/keys', ...access.administer, async (req, res) => {
    const visit = visitOf(store, req, res);
    await submit(visit, newKeyForm, async (form) => {
      const expiry = expiryOfForm(form, now());
      const { key, plain } = await keys.create(
        authorOf(req, res, 'dashboard'),
        scopeOfForm(form, visit.scope.environment),
        form.name,
        expiry === undefined ? undefined : isoTime(expiry),
      );
      await showKeys(visit, {}, { name: key.name, plain });
      return { outcome: 'answered' };
    });
  });

  router.post('/keys/:id/rotate', ...access.administer, async (req: Request<{ id: string }>, res) => {
    const visit = visitOf(store, req, res);
    await submit(visit, rotateKeyForm, async ({ grace }) => {
      const rotated = await keys.rotate(authorOf(req, res, 'dashboard'), req.params.id, grace);
      switch (rotated.outcome) {
        case 'rotated':
          await showKeys(visit, {}, { name: rotated.key.name, plain: rotated.plain });
          return { outcome: 'answered' };
        case 'not-live':
          return { outcome: 'refused', text: 'The key is expired or revoked; create a new one instead.' };
        case 'not-found':
          return NO_SUCH_KEY;
        default:
          return rotated satisfies never;
      }
    });
  });

  router.post('/keys/:id/revoke', ...access.administer, async (req: Request<{ id: string }>, res) => {
    const visit = visitOf(store, req, res);
    await submit(visit, z.object({}), async () => {
      const { outcome } = await keys.revoke(authorOf(req, res, 'dashboard'), req.params.id);
      switch (outcome) {
        case 'revoked':
        case 'unchanged':
          return { outcome: 'done', href: visit.scope.href('/keys', { done: 'key-revoked' }) };
        case 'last-admin':
          return {
            outcome: 'refused',
            text: 'This is the last token with the role admin. Create another one first.',
          };
        case 'not-found':
          return NO_SUCH_KEY;
        default:
          return outcome satisfies never;
      }
    });
  });

  router.all('/keys', onlyMethods('GET', 'POST'));
  router.all('/keys/:id/:action', onlyMethods('POST'));
  return router;
}

const NO_SUCH_KEY: FormOutcome = { outcome: 'refused', status: 404, text: 'There is no such key.' };
