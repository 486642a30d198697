import type { Author } from '../../../store/store.ts';
import { Router, type Request } from 'express';
import * as z from 'zod';
import type { Webhook } from '../../../webhooks/webhook.ts';
import { authorOf } from '../../auth/principal.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import { Problem } from '../../problems/problem.ts';
import type { DashboardAccess } from '../dashboard-access.ts';
import type { DashboardDeps } from '../dashboard-deps.ts';
import { mayAdminister } from '../dashboard-frame.ts';
import { type Visit, visitOf } from '../dashboard-scope.ts';
import { type FormOutcome, handleForm } from '../handle-form.ts';
import type { ShowPage } from '../show-page.ts';
import { webhookDraftIn, webhookForm } from './webhook-form.ts';
import { type WebhookDraft, webhookPage, webhooksPage } from './webhook-pages.ts';

const SHOWN_DELIVERIES = 50;
const noFields = z.object({});

/** What a page says besides its model. */
interface Said {
  readonly status?: number;
  readonly text?: string;
  readonly draft?: WebhookDraft;
  readonly secret?: string;
}

/** `/dashboard/webhooks`: addresses that are called when something changes, and what was sent to each. */
export function createManageWebhooks(
  { store, notifier, now }: Pick<DashboardDeps, 'store' | 'notifier' | 'now'>,
  access: DashboardAccess,
  show: ShowPage,
): Router {
  const router = Router();
  const { webhooks, deliveries, runner } = notifier;
  const showList = async (visit: Visit, said: Said = {}): Promise<void> => {
    const list = mayAdminister(visit.res) ? await webhooks.list() : [];
    const model = webhooksPage(visit.scope, list, said.draft);
    await show(visit, 'dashboard-webhooks', headOf('Webhooks', said), model);
  };
  const showOne = async (visit: Visit, webhook: Webhook, said: Said = {}): Promise<void> => {
    const sent = await deliveries.list(webhook.id, { limit: SHOWN_DELIVERIES });
    const { draft = webhook, secret } = said;
    const model = webhookPage(visit.scope, webhook, sent, now(), { draft, secret });
    await show(visit, 'dashboard-webhook', headOf(`Webhook ${webhook.url}`, said), model);
  };
  const webhookOf = async (id: string): Promise<Webhook> => {
    const webhook = await webhooks.get(id);
    if (webhook === undefined) throw new Problem(404, 'not_found', 'There is no webhook of that id.');
    return webhook;
  };
  /** @returns why the address may not be called */
  const refusedTarget = async (url: string): Promise<FormOutcome | undefined> => {
    const check = await notifier.checkTarget(url);
    return check.ok ? undefined : { outcome: 'refused', status: 422, text: `Address: ${check.detail}.` };
  };
  router.get('/webhooks', ...access.view, (req, res) => showList(visitOf(store, req, res)));

  router.post('/webhooks', ...access.administer, async (req, res) => {
    const visit = visitOf(store, req, res);
    const draft = webhookDraftIn(req.body, visit.scope.environment.environment);
    await handleForm(visit, webhookForm, {
      refuse: (status, text) => showList(visit, { status, text, draft }),
      act: async (form) => {
        const refusal = await refusedTarget(form.url);
        if (refusal !== undefined) return refusal;
        const author = authorOf(req, res, 'dashboard');
        const { webhook, secret } = await webhooks.create(author, fieldsOf(form, visit));
        await showOne(visit, webhook, { secret });
        return { outcome: 'answered' };
      },
    });
  });

  router.get('/webhooks/:id', ...access.administerPage, async (req: Request<{ id: string }>, res) => {
    await showOne(visitOf(store, req, res), await webhookOf(req.params.id));
  });

  router.post('/webhooks/:id', ...access.administer, async (req: Request<{ id: string }>, res) => {
    const visit = visitOf(store, req, res);
    const webhook = await webhookOf(req.params.id);
    const draft = webhookDraftIn(req.body, visit.scope.environment.environment);
    await handleForm(visit, webhookForm, {
      refuse: (status, text) => showOne(visit, webhook, { status, text, draft }),
      act: async (form) => {
        const refusal = await refusedTarget(form.url);
        if (refusal !== undefined) return refusal;
        await webhooks.update(authorOf(req, res, 'dashboard'), webhook.id, fieldsOf(form, visit));
        return done(visit, webhook, 'webhook-saved');
      },
    });
  });

  /** A form of one button. */
  const action = (
    name: string,
    act: (visit: Visit, webhook: Webhook, body: unknown, author: Author) => Promise<FormOutcome>,
  ): void => {
    router.post(`/webhooks/:id/${name}`, ...access.administer, async (req: Request<{ id: string }>, res) => {
      const visit = visitOf(store, req, res);
      const webhook = await webhookOf(req.params.id);
      await handleForm(visit, noFields, {
        refuse: (status, text) => showOne(visit, webhook, { status, text }),
        act: () => act(visit, webhook, req.body, authorOf(req, res, 'dashboard')),
      });
    });
  };
  action('test', async (visit, webhook) => {
    const id = await deliveries.enqueueTest(webhook.id);
    if (id !== undefined) await runner.sendNow({ id, webhookId: webhook.id });
    return done(visit, webhook, 'webhook-tested');
  });
  action('rotate', async (visit, webhook, _body, author) => {
    const secret = await webhooks.rotate(author, webhook.id, ROTATION_GRACE_SECONDS);
    if (secret === undefined) return { outcome: 'refused', status: 404, text: 'The webhook is gone.' };
    await showOne(visit, webhook, { secret });
    return { outcome: 'answered' };
  });
  action('delete', async (visit, webhook, _body, author) => {
    await webhooks.delete(author, webhook.id);
    return { outcome: 'done', href: visit.scope.href('/webhooks', { done: 'webhook-deleted' }) };
  });
  action('resend', async (visit, webhook, body) => {
    const { delivery } = resendForm.parse(body);
    return (await deliveries.retry(webhook.id, delivery))
      ? done(visit, webhook, 'webhook-resent')
      : { outcome: 'refused', text: 'It is on its way at this moment, or gone.' };
  });

  router.all('/webhooks', onlyMethods('GET', 'POST'));
  router.all('/webhooks/:id', onlyMethods('GET', 'POST'));
  router.all('/webhooks/:id/:action', onlyMethods('POST'));
  return router;
}

/** A receiver has a day to learn the new secret. */
const ROTATION_GRACE_SECONDS = 86_400;

const resendForm = z.object({ delivery: z.string().max(128).catch('') });

const done = ({ scope }: Visit, { id }: Webhook, code: string): FormOutcome => ({
  outcome: 'done',
  href: scope.href(`/webhooks/${id}`, { done: code }),
});

const headOf = (title: string, { status = 200, text }: Said) => ({
  title,
  status,
  alert: text === undefined ? undefined : { title: 'Nothing was changed', text },
});

const fieldsOf = (form: z.output<typeof webhookForm>, { scope: { environment } }: Visit) => ({
  url: form.url,
  description: form.description,
  enabled: form.enabled === 'on',
  project: form.where === 'here' ? environment.project : null,
  environment: form.where === 'here' ? environment.environment : null,
  events: form.events,
});
