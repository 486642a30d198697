import * as z from 'zod';
import type { ApiDeps } from '../api-deps.ts';
import { withComment } from '../items/change-comment.ts';
import { deleteItem, requireSameName } from '../items/change-item.ts';
import {
  environmentFromQuery,
  environmentQuery,
  environmentSuffix,
  requireSnapshot,
} from '../items/environment-query.ts';
import { flagDraft } from './flag-draft.ts';
import { flagBody } from './flag-record.ts';
import { putItem, requireItem } from '../items/put-item.ts';
import { itemMatches, itemsByKey, searchQuery } from '../items/item-list.ts';
import { LINK_HEADER, keysetPage, linkToNext, pageQuery } from '../items/keyset-page.ts';
import { type Operation, operation, reply } from '../operation.ts';
import { keySchema } from '../../input/key-schema.ts';
import { flagCreateSchema, flagSchema, flagUpdateSchema } from './flag-schemas.ts';
import { ETAG_HEADER, IF_MATCH_HEADER, etagOf, ifMatch, ifNoneMatch } from '../items/version-match.ts';

const flagParams = z.strictObject({ flag_name: keySchema });
const inEnvironment = z.strictObject(environmentQuery);

const listQuery = z.strictObject({
  ...environmentQuery,
  ...pageQuery,
  ...searchQuery,
  status: z.enum(['true', 'false']).exactOptional().describe('Only flags that are on, or off.'),
});

/** Create, read, change and delete flags: the flag microservice's endpoints, with whole definitions behind them. */
export function flagsOperations({
  store,
  cursors,
}: Pick<ApiDeps, 'store' | 'cursors'>): readonly Operation[] {
  return [
    operation('createFlag', 'post', '/flags', {
      tag: 'Flags',
      summary: 'Create a flag',
      description:
        'It exists from then on in every environment of the project; in the others it is off. Findings that break the flag refuse it; the others come back as `warnings`.',
      role: 'operator',
      query: inEnvironment,
      body: flagCreateSchema,
      replies: {
        201: {
          description: 'The flag as it was created',
          body: flagSchema,
          headers: { ...ETAG_HEADER, Location: 'Where the flag is.' },
        },
      },
      problems: [404, 409],
      handle: async ({ query, body: { flag_name: key, comment, ...fields }, author }) => {
        const { record, warnings } = await putItem(
          store,
          {
            ...fields,
            environment: environmentFromQuery(query),
            kind: 'flag',
            key,
            author: withComment(author, comment),
            create: true,
          },
          () => flagDraft(undefined, key, fields),
        );
        return reply(201, flagBody(query, record, warnings), {
          ...etagOf(record.version),
          Location: `/flags/${key}${environmentSuffix(query)}`,
        });
      },
    }),
    operation('listFlags', 'get', '/flags', {
      tag: 'Flags',
      summary: 'List flags by name',
      description:
        "A page by name. `q` finds words in name and description, `tag` and `status` filter. With `Accept: text/event-stream` and an SDK key the same path is LaunchDarkly's stream of flags.",
      role: 'viewer',
      query: listQuery,
      replies: {
        200: { description: 'A page of flags', body: z.array(flagSchema), headers: LINK_HEADER },
      },
      problems: [404],
      handle: ({ query, url }) => {
        const { project, environment, q = '', tag = '', status = '' } = query;
        const wanted = itemsByKey(requireSnapshot(store, query).flags)
          .filter(itemMatches(q, tag))
          .filter((record) => status === '' || record.definition.on === (status === 'true'));
        const scope = ['flags', project, environment, q, tag, status];
        const page = keysetPage(cursors, wanted, (record) => record.key, scope, query);
        const flags = page.items.map((record) => flagBody(query, record));
        return reply(200, flags, linkToNext(url, page.next));
      },
    }),
    operation('getFlag', 'get', '/flags/{flag_name}', {
      tag: 'Flags',
      summary: 'Read a flag',
      description:
        'The simple fields, and the whole definition behind them. The `ETag` is what `If-Match` takes.',
      role: 'viewer',
      params: flagParams,
      query: inEnvironment,
      headers: { 'If-None-Match': 'An ETag; 304 when the flag is still at that version.' },
      replies: {
        200: { description: 'The flag', body: flagSchema, headers: ETAG_HEADER },
        304: { description: 'Still the version that the client has' },
      },
      handle: ({ params, query, header }) => {
        const record = requireItem(requireSnapshot(store, query), 'flag', params.flag_name);
        const etag = etagOf(record.version);
        if (ifNoneMatch(header('if-none-match'), record.version)) return reply(304, undefined, etag);
        return reply(200, flagBody(query, record), etag);
      },
    }),
    operation('updateFlag', 'put', '/flags/{flag_name}', {
      tag: 'Flags',
      summary: 'Change a flag',
      description:
        'Only what the body names changes. Fields of `definition` replace those of the flag, each as a whole; `null` takes an optional one away. Where both speak of the same thing, the simple field wins.',
      role: 'operator',
      params: flagParams,
      query: inEnvironment,
      body: flagUpdateSchema,
      headers: IF_MATCH_HEADER,
      replies: {
        200: { description: 'The flag as it is now', body: flagSchema, headers: ETAG_HEADER },
      },
      problems: [412, 428],
      handle: async ({
        params: { flag_name: key },
        query,
        body: { comment, flag_name, ...fields },
        header,
        author,
      }) => {
        requireSameName(key, flag_name, '/flag_name');
        const { record, warnings } = await putItem(
          store,
          {
            ...fields,
            environment: environmentFromQuery(query),
            kind: 'flag',
            key,
            author: withComment(author, comment),
            create: false,
            wanted: ifMatch(header('if-match')),
          },
          (before) => flagDraft(before, key, fields),
        );
        return reply(200, flagBody(query, record, warnings), etagOf(record.version));
      },
    }),
    operation('deleteFlag', 'delete', '/flags/{flag_name}', {
      tag: 'Flags',
      summary: 'Delete a flag in every environment of its project',
      description:
        "Refused while another flag needs it as a prerequisite. SDKs are told at once and serve their callers' defaults from then on.",
      role: 'operator',
      params: flagParams,
      query: inEnvironment,
      headers: IF_MATCH_HEADER,
      replies: { 204: { description: 'Gone; undo it from the audit log' } },
      problems: [409, 412, 428],
      handle: async ({ params: { flag_name: key }, query, header, author }) => {
        const environment = environmentFromQuery(query);
        const { version } = requireItem(requireSnapshot(store, query), 'flag', key);
        await deleteItem(store, author, ifMatch(header('if-match')), version, {
          type: 'delete-flag',
          environment,
          key,
        });
        return reply(204);
      },
    }),
  ];
}
