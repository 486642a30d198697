import * as z from 'zod';
import type { ReleaseServices } from '../../../release/run/release-services.ts';
import type { Store } from '../../../store/store.ts';
import { keySchema } from '../../input/key-schema.ts';
import { Problem } from '../../problems/problem.ts';
import { textSchema } from '../items/common-schemas.ts';
import { environmentQuery, requireSnapshot } from '../items/environment-query.ts';
import type { Cursors } from '../items/cursors.ts';
import { LINK_HEADER, linkToNext, timePage, timePageQuery } from '../items/keyset-page.ts';
import { type Operation, operation, reply } from '../operation.ts';
import { badPlan } from './plan-problems.ts';
import { decisionBody, releaseBody } from './release-body.ts';
import { commandSchema, decisionSchema, releaseCreateSchema, releaseSchema } from './release-schemas.ts';

export interface ReleasesDeps {
  readonly releases: ReleaseServices;
  readonly store: Pick<Store, 'snapshot'>;
  readonly cursors: Cursors;
}

const listQuery = z.strictObject({
  ...environmentQuery,
  flag: keySchema.exactOptional(),
  under_way: z.enum(['true', 'false']).exactOptional().describe('Default: both.'),
  ...timePageQuery,
});

const releaseParams = z.strictObject({ release_id: textSchema(128).min(1) });

const decisionsQuery = z.strictObject({
  from: z.coerce.number().int().min(1).default(1).describe('The first number.'),
  limit: z.coerce.number().int().min(1).max(200).default(200),
});

const COMMAND_SUMMARIES: Readonly<Record<z.output<typeof commandSchema>, string>> = {
  start: 'Start a release now',
  pause: 'Pause a release; its share stays, and its guards look on',
  resume: 'Go on with a paused release, where it was',
  advance: 'Go to the next stage now',
  approve: 'Approve the next stage that needs it',
  rollback: 'Give everybody the old version back; always allowed',
  stop: 'End the automation; the share stays as it is',
};

const COMMAND_DESCRIPTIONS: typeof COMMAND_SUMMARIES = {
  start: 'For a release that waits for it, or for its time. Refused with 409 in a freeze window.',
  pause: 'Guards go on judging: one that rolls back still does.',
  resume: 'A guard that had made it pause does not stop it again: who resumes has seen the alarm.',
  advance: 'Before the time of the stage is over. A stage that needs approval needs it all the same.',
  approve: 'Can be given ahead of time; the stage begins when the one before it is over.',
  rollback: 'At once, from any stage, also in a freeze window. The release is over then.',
  stop: 'From then on only people change the flag.',
};

/** Plans that are carried out over time, and guard themselves. */
export function releasesOperations({
  releases: services,
  store,
  cursors,
}: ReleasesDeps): readonly Operation[] {
  const { releases, engine } = services;

  const bodyOf = async (id: string) => {
    const found = await engine.read(id);
    if (found === undefined) throw noSuchRelease();
    return releaseBody(found.release, found.readings);
  };

  return [
    operation('createRelease', 'post', '/releases', {
      tag: 'Releases',
      summary: 'Release a variation over time, watched',
      description:
        'The plan is carried out by the service itself, through restarts and by one instance at a time. Guards compare listeners of both variations at the same time and may trip at any moment; all of them together raise a false alarm in at most `alpha` of healthy releases.',
      role: 'operator',
      query: z.strictObject(environmentQuery),
      body: releaseCreateSchema,
      replies: {
        201: { description: 'The release', body: releaseSchema, headers: { Location: 'Where it is.' } },
      },
      problems: [404, 409],
      handle: async ({ query, body, author }) => {
        const { environment: name = query.environment, ...given } = body;
        const { environment } = requireSnapshot(store, { project: query.project, environment: name });
        const prepared = await services.prepare(environment, given);
        if (prepared.kind === 'bad') throw badPlan(prepared.problems);
        const { document, unitKind, metrics } = prepared;
        const release = await releases.create(author, environment, document, unitKind, metrics);
        if (release === 'taken')
          throw new Problem(409, 'conflict', '/rule: another release is under way on this rule');
        services.wake();
        return reply(201, await bodyOf(release.id), { Location: `/releases/${release.id}` });
      },
    }),
    operation('listReleases', 'get', '/releases', {
      tag: 'Releases',
      summary: 'List releases, the newest first',
      description: 'Of one environment, those under way and those that ended.',
      role: 'viewer',
      query: listQuery,
      replies: {
        200: { description: 'A page of releases', body: z.array(releaseSchema), headers: LINK_HEADER },
      },
      problems: [404],
      handle: async ({ query, url }) => {
        const { environment } = requireSnapshot(store, query);
        const { flag, under_way: underWay } = query;
        const scope = ['releases', environment.project, environment.environment, flag ?? '', underWay ?? ''];
        const { items, next } = await timePage(
          cursors,
          scope,
          query,
          (position, limit) =>
            releases.list({
              environment,
              limit,
              ...(flag === undefined ? {} : { flag }),
              ...(underWay === undefined ? {} : { isUnderWay: underWay === 'true' }),
              ...(position === undefined ? {} : { before: { createdAt: position.time, id: position.id } }),
            }),
          ({ createdAt }) => createdAt,
        );
        return reply(200, await Promise.all(items.map(({ id }) => bodyOf(id))), linkToNext(url, next));
      },
    }),
    operation('getRelease', 'get', '/releases/{release_id}', {
      tag: 'Releases',
      summary: 'Read a release, with what its guards see',
      description: 'Its stage and share, its plan, and what each guard has counted and judges.',
      role: 'viewer',
      params: releaseParams,
      replies: { 200: { description: 'The release', body: releaseSchema } },
      handle: async ({ params }) => reply(200, await bodyOf(params.release_id)),
    }),
    operation('listReleaseDecisions', 'get', '/releases/{release_id}/decisions', {
      tag: 'Releases',
      summary: 'What a release decided, with everything that each decision was made of',
      description: '`npm run release:replay -- ID` computes them again.',
      role: 'viewer',
      params: releaseParams,
      query: decisionsQuery,
      replies: { 200: { description: 'Decisions, the oldest first', body: z.array(decisionSchema) } },
      handle: async ({ params, query }) => {
        if ((await releases.get(params.release_id)) === undefined) throw noSuchRelease();
        const decisions = await releases.decisions(params.release_id, query.from, query.limit);
        return reply(200, decisions.map(decisionBody));
      },
    }),
    ...commandSchema.options.map((kind) =>
      operation(`${kind}Release`, 'post', `/releases/{release_id}/${kind}`, {
        tag: 'Releases',
        summary: COMMAND_SUMMARIES[kind],
        description: COMMAND_DESCRIPTIONS[kind],
        role: 'operator',
        params: releaseParams,
        replies: { 200: { description: 'The release as it is now', body: releaseSchema } },
        problems: [409],
        handle: async ({ params, author }) => {
          const commanded = await engine.command(params.release_id, { kind, by: author.id });
          switch (commanded.outcome) {
            case 'done':
            case 'unchanged':
              services.wake();
              return reply(200, await bodyOf(params.release_id));
            case 'refused':
              throw new Problem(409, 'conflict', `The release cannot ${kind}: ${commanded.detail}.`);
            case 'not-found':
              throw noSuchRelease();
            default:
              return commanded satisfies never;
          }
        },
      }),
    ),
  ];
}

const noSuchRelease = (): Problem => new Problem(404, 'not_found', 'There is no release of that id.');
