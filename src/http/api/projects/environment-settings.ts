import * as z from 'zod';
import type { ApiDeps } from '../api-deps.ts';
import type { EnvironmentSettings } from '../../../access/settings.ts';
import { isOrigin } from '../../middleware/cors.ts';
import { requireSnapshot } from '../items/environment-query.ts';
import { type Operation, operation, reply } from '../operation.ts';
import { keySchema } from '../../input/key-schema.ts';

const originSchema = z.string().max(512).refine(isOrigin, {
  error: 'expected an origin as browsers send it, as https://shop.example or http://localhost:8080',
});

const originsSchema = z
  // The list first: what is wrong with one says more than that it is not the star.
  .union([
    z
      .array(originSchema, { error: 'expected "*" or a list of origins' })
      .max(100)
      .overwrite((origins) => [...new Set(origins)]),
    z.literal('*'),
  ])
  .describe(
    'The origins whose pages may read responses for browsers: `*` for all, or whole origins without a path and without the default port. An empty list: none.',
  );

const secureModeSchema = z
  .boolean()
  .describe(
    'Browsers must send the HMAC-SHA256 of their context’s key (under an SDK key of the environment, in lower-case hex) as `h`.',
  );

const settingsSchema = z
  .object({ secure_mode: secureModeSchema, allowed_origins: originsSchema })
  .meta({ id: 'EnvironmentSettings' });

const updateSchema = z
  .strictObject({
    secure_mode: secureModeSchema.exactOptional(),
    allowed_origins: originsSchema.exactOptional(),
  })
  .meta({ id: 'EnvironmentSettingsUpdate', description: 'Only what is named changes.' });

const environmentParams = z.strictObject({ project: keySchema, environment: keySchema });

/** What holds for the pages that ask an environment. Other instances follow within some seconds. */
export function environmentSettingsOperations({
  settings,
  store,
}: Pick<ApiDeps, 'settings' | 'store'>): readonly Operation[] {
  return [
    operation('getEnvironmentSettings', 'get', '/projects/{project}/environments/{environment}/settings', {
      tag: 'Projects',
      summary: 'Read the settings of an environment',
      description: 'Who may evaluate from browsers: secure mode, and the origins whose pages are allowed.',
      role: 'viewer',
      params: environmentParams,
      replies: { 200: { description: 'The settings', body: settingsSchema } },
      handle: ({ params }) => {
        const { environment } = requireSnapshot(store, params);
        return reply(200, settingsBody(settings.environment(environment)));
      },
    }),
    operation('updateEnvironmentSettings', 'put', '/projects/{project}/environments/{environment}/settings', {
      tag: 'Projects',
      summary: 'Change the settings of an environment',
      description:
        "Only what is named changes. In secure mode a browser's context needs the hash that its server made.",
      role: 'admin',
      params: environmentParams,
      body: updateSchema,
      replies: { 200: { description: 'The settings as they are now', body: settingsSchema } },
      handle: async ({ params, body: { secure_mode, allowed_origins }, author }) => {
        const { environment } = requireSnapshot(store, params);
        const after = await settings.changeEnvironment(author, environment, {
          ...(secure_mode === undefined ? {} : { secureMode: secure_mode }),
          ...(allowed_origins === undefined ? {} : { allowedOrigins: allowed_origins }),
        });
        return reply(200, settingsBody(after));
      },
    }),
  ];
}

function settingsBody({ secureMode, allowedOrigins }: EnvironmentSettings) {
  return { secure_mode: secureMode, allowed_origins: allowedOrigins };
}
