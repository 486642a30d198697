import { Router, type Request, type Response } from 'express';
import * as z from 'zod';
import { CROWD_PERSONAS } from '../../../demo/personas.ts';
import { authorOf } from '../../auth/principal.ts';
import { parseBody, parseQuery } from '../../input/parse.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import { nonceOf } from '../../middleware/security-headers.ts';
import type { DemoAccess } from '../demo-access.ts';
import type { DemoDeps } from '../demo-deps.ts';
import { answersFrame, createRenderDemo } from '../demo-views.ts';
import type { OwnKeys } from '../own-keys.ts';
import { ownOrigin } from '../own-origin.ts';
import { createInterfaces, type InterfaceAnswer, type Interfaces } from './ask-interfaces.ts';

export interface AnswersPage {
  readonly user: string;
  readonly personas: readonly { readonly name: string; readonly index: number; readonly isChosen: boolean }[];
  readonly answers: readonly (InterfaceAnswer & { readonly arm: 'control' | 'treatment' | 'none' })[];
  /** The answers in one sentence. */
  readonly sentence: string;
  /** Where the site's flags come from. */
  readonly flagsFrom: string;
  /** Undefined: there is no LaunchDarkly to unplug. */
  readonly isUnplugged: boolean | undefined;
}

const query = z.object({
  user: z
    .string()
    .regex(/^[^\p{C}\p{Z}]{1,64}$/u, 'expected a listener’s key')
    .default('ada'),
  persona: z.coerce
    .number()
    .int()
    .min(0)
    .max(CROWD_PERSONAS.length - 1)
    .default(1),
});

const plugForm = z.object({ action: z.enum(['unplug', 'plug'], 'expected unplug or plug') });

export interface AnswersRoutes {
  readonly router: Router;
  close(): Promise<void>;
}

/** `/floor/answers`: one listener, asked of every interface at once. */
export function createAnswersRoutes(
  deps: Pick<DemoDeps, 'assets' | 'csrf' | 'flags' | 'plug' | 'log'>,
  access: DemoAccess,
  keys: OwnKeys,
): AnswersRoutes {
  const render = createRenderDemo();
  const router = Router();
  let interfaces: Promise<Interfaces> | undefined;

  const open = async (req: Request, res: Response): Promise<Interfaces> => {
    const author = authorOf(req, res, 'dashboard');
    const [sdkKey, token] = [await keys.sdkKey(author), await keys.token(author)];
    return createInterfaces({ origin: ownOrigin(req), sdkKey, token, log: deps.log });
  };

  router.get('/', ...access.view, async (req, res) => {
    const { user, persona: chosen } = parseQuery(query, req);
    const persona = CROWD_PERSONAS[chosen];
    interfaces ??= open(req, res);
    const answers = persona === undefined ? [] : await (await interfaces).ask(user, persona);
    const page: AnswersPage = {
      user,
      personas: CROWD_PERSONAS.map(({ name }, index) => ({ name, index, isChosen: index === chosen })),
      answers: answers.map((answer) => ({ ...answer, arm: armOf(answer) })),
      sentence: sentenceOf(answers),
      flagsFrom: deps.flags.status().detail,
      isUnplugged: deps.plug.isThere() ? deps.plug.isPulled() : undefined,
    };
    const frame = answersFrame(deps.assets, nonceOf(res));
    const csrf = await deps.csrf.token(res);
    res
      .type('html')
      .send(render('answers', { frame, csrf, events: '/floor/events', alert: undefined, ...page }));
  });

  router.post('/launchdarkly', ...access.change, (req, res) => {
    deps.plug.set(parseBody(plugForm, req.body).action === 'unplug');
    res.redirect(303, '/floor/answers');
  });

  router.all('/', onlyMethods('GET'));
  router.all('/launchdarkly', onlyMethods('POST'));
  return {
    router,
    close: async () => {
      await (await interfaces)?.close();
    },
  };
}

function armOf({ value }: InterfaceAnswer): AnswersPage['answers'][number]['arm'] {
  if (value === undefined) return 'none';
  return value ? 'treatment' : 'control';
}

function sentenceOf(answers: readonly InterfaceAnswer[]): string {
  const values = new Set(answers.map(({ value }) => value));
  const [value] = values;
  if (values.size === 1 && value !== undefined)
    return `All ${answers.length} give the same answer: ${value ? 'the full crate' : 'the top 10'}.`;
  return values.has(undefined)
    ? 'Not every interface gave an answer.'
    : 'They do not agree: the site takes its flags from LaunchDarkly, and the others from this service.';
}
