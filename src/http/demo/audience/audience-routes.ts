import { Router, type Response } from 'express';
import { renderSVG } from 'uqr';
import * as z from 'zod';
import { parseBody } from '../../input/parse.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import { nonceOf } from '../../middleware/security-headers.ts';
import type { DemoAccess } from '../demo-access.ts';
import type { DemoDeps } from '../demo-deps.ts';
import { audienceFrame, createRenderDemo } from '../demo-views.ts';

export interface AudiencePage {
  /** Undefined: the site is not open to the network. */
  readonly url: string | undefined;
  /** Of the address, as the address of an image. */
  readonly qr: string | undefined;
}

const AS_IMAGE = 'data:image/svg+xml,';

const audienceForm = z.object({ action: z.enum(['open', 'close'], 'expected open or close') });

/** `/walkthrough/audience`: opens the site to the room, and shows its address as a QR code. */
export function createAudienceRoutes(
  deps: Pick<DemoDeps, 'assets' | 'csrf' | 'audience'>,
  access: DemoAccess,
): Router {
  const { audience } = deps;
  const render = createRenderDemo();
  const router = Router();

  const show = async (res: Response, status = 200, alert?: string): Promise<void> => {
    const url = audience.url();
    const frame = audienceFrame(deps.assets, nonceOf(res));
    const csrf = await deps.csrf.token(res);
    const qr =
      url === undefined ? undefined : `${AS_IMAGE}${encodeURIComponent(renderSVG(url, { border: 2 }))}`;
    const html = render('audience', { frame, csrf, events: '/floor/events', alert, url, qr });
    res.status(status).type('html').send(html);
  };

  router.get('/', ...access.view, (_req, res) => show(res));
  router.post('/', ...access.change, async (req, res) => {
    const { action } = parseBody(audienceForm, req.body);
    await (action === 'open' ? audience.open() : audience.close());
    if (action === 'open' && audience.url() === undefined)
      await show(res, 409, 'This machine has no address on a network that others could reach.');
    else res.redirect(303, '/walkthrough/audience');
  });
  router.all('/', onlyMethods('GET', 'POST'));
  return router;
}
