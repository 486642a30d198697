import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { formBody } from '../../input/form-body.ts';
import { queryOf } from '../../input/parse.ts';
import { privateResponse } from '../../middleware/private-response.ts';
import { nonceOf } from '../../middleware/security-headers.ts';
import { isApiEndpoint } from '../../problems/error-handler.ts';
import { prefersHtml } from '../../problems/prefers-html.ts';
import { Problem } from '../../problems/problem.ts';
import { problemFromError } from '../../problems/problem-from-error.ts';
import type { Frame } from '../../html/frame.ts';
import { createRenderView } from '../../html/render-view.ts';
import type { DashboardDeps } from '../dashboard-deps.ts';
import { pageFrame } from '../dashboard-views.ts';
import type { KeptDrafts } from '../kept-drafts.ts';
import { VIEWS } from '../show-page.ts';
import { type TypedForm, typedForm, typedFormSchema } from './typed-form.ts';
import { type Trouble, troubleText } from './trouble-text.ts';

interface TroubleViews {
  readonly 'dashboard-trouble': Trouble & {
    readonly frame: Frame;
    readonly csrf: string;
    readonly status: number;
    /** What was typed, to send it once more; undefined when nothing was, or when that cannot help. */
    readonly form: TypedForm | undefined;
    /** The page itself, to ask for it once more. */
    readonly retryHref: string | undefined;
  };
  readonly [name: string]: object;
}

export interface TroublePages {
  /** Says in words what did not work, and keeps what was typed. */
  readonly onError: ErrorRequestHandler;
  /** `/dashboard/again?draft=`: a form that was sent after the session had ended. */
  readonly again: RequestHandler[];
}

export function createTroublePages(
  { assets, csrf }: Pick<DashboardDeps, 'assets' | 'csrf'>,
  drafts: Pick<KeptDrafts, 'find'>,
): TroublePages {
  const render = createRenderView<TroubleViews>(VIEWS);
  const show = async (
    res: Response,
    status: number,
    trouble: Trouble,
    { form, retryHref }: { readonly form?: TypedForm | undefined; readonly retryHref?: string | undefined },
  ): Promise<void> => {
    const frame = pageFrame(assets, nonceOf(res), trouble.title);
    const page = { ...trouble, frame, csrf: await csrf.token(res), status, form, retryHref };
    res.status(status).type('html').send(render('dashboard-trouble', page));
  };

  const respond = async (problem: Problem, req: Request, res: Response): Promise<void> => {
    const { status, code, headers } = problem;
    const canHelp = status === 429 || status === 503 || code === 'csrf';
    res.set({ 'cache-control': 'no-store', ...headers });
    await show(res, status, troubleText(problem), {
      form: canHelp ? typedForm(req) : undefined,
      retryHref: canHelp && req.method === 'GET' ? req.originalUrl : undefined,
    });
  };

  return {
    onError: async (error: unknown, req, res, next) => {
      const problem = problemFromError(error);
      if (problem.status === 500 || res.headersSent || !prefersHtml(req) || isApiEndpoint(res)) {
        next(error);
        return;
      }
      // What went wrong before the form was read is no reason to lose it.
      if (req.body === undefined) await readForm(req, res);
      await respond(problem, req, res);
    },
    again: [
      privateResponse,
      async (req, res) => {
        const kept = typedFormSchema.safeParse(drafts.find(queryOf(req)['draft']));
        if (!kept.success) {
          throw new Problem(404, 'not_found', 'What was typed is no longer kept: that is an hour at most.');
        }
        const trouble = {
          title: 'Your session had ended',
          text: 'Nothing was done yet, and nothing that you typed is lost.',
        };
        await show(res, 200, trouble, { form: kept.data });
      },
    ],
  };
}

/** A form that cannot be read is none. */
function readForm(req: Request, res: Response): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  formBody(req, res, () => resolve());
  return promise;
}
