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
import { itemMatches, itemsByKey, searchQuery } from '../items/item-list.ts';
import { LINK_HEADER, keysetPage, linkToNext, pageQuery } from '../items/keyset-page.ts';
import { type Operation, operation, reply } from '../operation.ts';
import { keySchema } from '../../input/key-schema.ts';
import { segmentCreateSchema, segmentSchema, segmentUpdateSchema } from './segment-schemas.ts';
import { putItem, requireItem } from '../items/put-item.ts';
import { segmentBody, segmentDraft } from './segment-record.ts';
import { ETAG_HEADER, IF_MATCH_HEADER, etagOf, ifMatch, ifNoneMatch } from '../items/version-match.ts';

const segmentParams = z.strictObject({ segment_name: keySchema });
const inEnvironment = z.strictObject(environmentQuery);

/** Reusable groups of contexts; like flags in every way but the switch. */
export function segmentsOperations({
  store,
  cursors,
}: Pick<ApiDeps, 'store' | 'cursors'>): readonly Operation[] {
  return [
    operation('createSegment', 'post', '/segments', {
      tag: 'Segments',
      summary: 'Create a segment',
      description:
        'A group of contexts that rules of any flag in the environment can refer to: by lists of keys, by rules, or both.',
      role: 'operator',
      query: inEnvironment,
      body: segmentCreateSchema,
      replies: {
        201: {
          description: 'The segment as it was created',
          body: segmentSchema,
          headers: { ...ETAG_HEADER, Location: 'Where the segment is.' },
        },
      },
      problems: [404, 409],
      handle: async ({ query, body: { segment_name: key, comment, ...fields }, author }) => {
        const { record, warnings } = await putItem(
          store,
          {
            ...fields,
            environment: environmentFromQuery(query),
            kind: 'segment',
            key,
            author: withComment(author, comment),
            create: true,
          },
          () => segmentDraft(undefined, key, fields.definition),
        );
        return reply(201, segmentBody(query, record, warnings), {
          ...etagOf(record.version),
          Location: `/segments/${key}${environmentSuffix(query)}`,
        });
      },
    }),
    operation('listSegments', 'get', '/segments', {
      tag: 'Segments',
      summary: 'List segments by name',
      description: 'A page by name. `q` finds words in name and description, `tag` filters.',
      role: 'viewer',
      query: z.strictObject({ ...environmentQuery, ...pageQuery, ...searchQuery }),
      replies: {
        200: { description: 'A page of segments', body: z.array(segmentSchema), headers: LINK_HEADER },
      },
      problems: [404],
      handle: ({ query, url }) => {
        const { project, environment, q = '', tag = '' } = query;
        const wanted = itemsByKey(requireSnapshot(store, query).segments).filter(itemMatches(q, tag));
        const scope = ['segments', project, environment, q, tag];
        const page = keysetPage(cursors, wanted, (record) => record.key, scope, query);
        const segments = page.items.map((record) => segmentBody(query, record));
        return reply(200, segments, linkToNext(url, page.next));
      },
    }),
    operation('getSegment', 'get', '/segments/{segment_name}', {
      tag: 'Segments',
      summary: 'Read a segment',
      description: 'The lists and rules of the segment. The `ETag` is what `If-Match` takes.',
      role: 'viewer',
      params: segmentParams,
      query: inEnvironment,
      headers: { 'If-None-Match': 'An ETag; 304 when the segment is still at that version.' },
      replies: {
        200: { description: 'The segment', body: segmentSchema, headers: ETAG_HEADER },
        304: { description: 'Still the version that the client has' },
      },
      handle: ({ params, query, header }) => {
        const record = requireItem(requireSnapshot(store, query), 'segment', params.segment_name);
        const etag = etagOf(record.version);
        if (ifNoneMatch(header('if-none-match'), record.version)) return reply(304, undefined, etag);
        return reply(200, segmentBody(query, record), etag);
      },
    }),
    operation('updateSegment', 'put', '/segments/{segment_name}', {
      tag: 'Segments',
      summary: 'Change a segment',
      description: 'Fields of `definition` replace those of the segment, each as a whole.',
      role: 'operator',
      params: segmentParams,
      query: inEnvironment,
      body: segmentUpdateSchema,
      headers: IF_MATCH_HEADER,
      replies: {
        200: { description: 'The segment as it is now', body: segmentSchema, headers: ETAG_HEADER },
      },
      problems: [412, 428],
      handle: async ({
        params: { segment_name: key },
        query,
        body: { comment, segment_name, ...fields },
        header,
        author,
      }) => {
        requireSameName(key, segment_name, '/segment_name');
        const { record, warnings } = await putItem(
          store,
          {
            ...fields,
            environment: environmentFromQuery(query),
            kind: 'segment',
            key,
            author: withComment(author, comment),
            create: false,
            wanted: ifMatch(header('if-match')),
          },
          (before) => segmentDraft(before, key, fields.definition),
        );
        return reply(200, segmentBody(query, record, warnings), etagOf(record.version));
      },
    }),
    operation('deleteSegment', 'delete', '/segments/{segment_name}', {
      tag: 'Segments',
      summary: 'Delete a segment',
      description: 'Refused while a flag or another segment refers to it.',
      role: 'operator',
      params: segmentParams,
      query: inEnvironment,
      headers: IF_MATCH_HEADER,
      replies: { 204: { description: 'Gone; undo it from the audit log' } },
      problems: [409, 412, 428],
      handle: async ({ params: { segment_name: key }, query, header, author }) => {
        const environment = environmentFromQuery(query);
        const { version } = requireItem(requireSnapshot(store, query), 'segment', key);
        const change = { type: 'delete-segment', environment, key } as const;
        await deleteItem(store, author, ifMatch(header('if-match')), version, change);
        return reply(204);
      },
    }),
  ];
}
