import * as z from 'zod';
import { experimentResult } from '../../../experiment/result/experiment-result.ts';
import { resultCsv } from '../../../experiment/result/result-csv.ts';
import { metricsOf, type StartOutcome } from '../../../experiment/experiments.ts';
import { invalidField, Problem } from '../../problems/problem.ts';
import type { ApiDeps } from '../api-deps.ts';
import { requireItem } from '../items/put-item.ts';
import { textSchema } from '../items/common-schemas.ts';
import { environmentQuery, requireSnapshot } from '../items/environment-query.ts';
import { type Operation, operation, reply } from '../operation.ts';
import { experimentBody, experimentDesignSchema, experimentSchema } from './experiment-schemas.ts';
import { resultBody, resultSchema } from './result-body.ts';

const params = z.strictObject({ experiment_id: textSchema(128).min(1) });
const query = z.strictObject(environmentQuery);

/** Which of two versions is better, and how sure one may be. */
export function experimentsOperations({
  experiments,
  metricDefinitions,
  store,
  now,
}: Pick<ApiDeps, 'experiments' | 'metricDefinitions' | 'store' | 'now'>): readonly Operation[] {
  const resultOf = async (id: string) => {
    const reading = await experiments.read(id);
    if (reading === undefined) throw noSuchExperiment();
    return { reading, result: experimentResult(reading, now()) };
  };

  return [
    operation('createExperiment', 'post', '/experiments', {
      tag: 'Experiments',
      summary: 'Design an experiment on a rule of a flag',
      description:
        'It counts nothing before it is started. The unit is the listener: the context whose key decides which variation the rule serves.',
      role: 'operator',
      query,
      body: experimentDesignSchema,
      replies: {
        201: { description: 'The draft', body: experimentSchema, headers: { Location: 'Where it is.' } },
      },
      problems: [404],
      handle: async ({ query: asked, body, author }) => {
        const snapshot = requireSnapshot(store, asked);
        const { definition } = requireItem(snapshot, 'flag', body.flag_name);
        const arms = [body.control, ...body.treatments];
        for (const [place, { variation }] of arms.entries()) {
          const pointer = place === 0 ? '/control/variation' : `/treatments/${place - 1}/variation`;
          if (variation >= definition.variations.length)
            throw refused(pointer, `the flag has no variation ${variation}`);
          if (arms.findIndex((arm) => arm.variation === variation) !== place)
            throw refused(pointer, `variation ${variation} is named twice`);
        }
        const metrics = metricsOf(body, await metricDefinitions.list(snapshot.environment));
        if (!Array.isArray(metrics)) throw refused(metrics.pointer, metrics.detail);
        const experiment = await experiments.create(author, snapshot.environment, body);
        return reply(201, experimentBody(experiment), { Location: `/experiments/${experiment.id}` });
      },
    }),
    operation('listExperiments', 'get', '/experiments', {
      tag: 'Experiments',
      summary: 'List experiments, newest first',
      description: 'Of one environment, with their design and state.',
      role: 'viewer',
      query,
      replies: { 200: { description: 'All of them', body: z.array(experimentSchema) } },
      problems: [404],
      handle: async ({ query: asked }) => {
        const { environment } = requireSnapshot(store, asked);
        return reply(200, (await experiments.list(environment)).map(experimentBody));
      },
    }),
    operation('getExperiment', 'get', '/experiments/{experiment_id}', {
      tag: 'Experiments',
      summary: 'Read an experiment',
      description: 'Its design, its state, and the metrics as they were at the start.',
      role: 'viewer',
      params,
      replies: { 200: { description: 'The experiment', body: experimentSchema } },
      handle: async ({ params: { experiment_id: id } }) => {
        const experiment = await experiments.get(id);
        if (experiment === undefined) throw noSuchExperiment();
        return reply(200, experimentBody(experiment));
      },
    }),
    operation('startExperiment', 'post', '/experiments/{experiment_id}/start', {
      tag: 'Experiments',
      summary: 'Start an experiment',
      description:
        'Turns on event tracking of the rule, so that unmodified SDKs send what is needed. While it runs, each change of the rule’s weights begins a new phase, which is analysed apart.',
      role: 'operator',
      params,
      replies: { 200: { description: 'The experiment, running', body: experimentSchema } },
      problems: [409, 422],
      handle: async ({ params: { experiment_id: id }, author }) => {
        const outcome = await experiments.start(author, id);
        if (outcome.outcome === 'started') return reply(200, experimentBody(outcome.experiment));
        throw startProblem(outcome);
      },
    }),
    operation('stopExperiment', 'post', '/experiments/{experiment_id}/stop', {
      tag: 'Experiments',
      summary: 'Stop an experiment',
      description:
        'Turns event tracking of the rule off, unless it was on before. What happened before the stop and is reported late counts for another day.',
      role: 'operator',
      params,
      replies: { 200: { description: 'The experiment, stopped', body: experimentSchema } },
      problems: [409],
      handle: async ({ params: { experiment_id: id }, author }) => {
        const outcome = await experiments.stop(author, id);
        if (outcome === 'not-found') throw noSuchExperiment();
        if (outcome === 'not-started') throw new Problem(409, 'conflict', 'It has not been started.');
        return reply(200, experimentBody(outcome));
      },
    }),
    operation('getExperimentResult', 'get', '/experiments/{experiment_id}/results', {
      tag: 'Experiments',
      summary: 'What an experiment says now',
      description:
        'It may be looked at any time, and acted upon: intervals and p-values hold under any stopping. A listener belongs to the phase of the first exposure, and counts in it from that exposure until its window or the phase ends. Who saw two variations in one phase counts in no arm.',
      role: 'viewer',
      params,
      replies: { 200: { description: 'The result', body: resultSchema } },
      handle: async ({ params: { experiment_id: id } }) => {
        const { reading, result } = await resultOf(id);
        return reply(200, resultBody(reading, result));
      },
    }),
    operation('getExperimentResultCsv', 'get', '/experiments/{experiment_id}/results.csv', {
      tag: 'Experiments',
      summary: 'The same for spreadsheets: a line for each metric and treatment',
      description: 'The numbers of the result as a table; the sentence is its last column.',
      role: 'viewer',
      params,
      replies: {
        200: { description: 'CSV', body: z.string(), asText: true, mediaType: 'text/csv; charset=utf-8' },
      },
      handle: async ({ params: { experiment_id: id } }) => reply(200, resultCsv((await resultOf(id)).result)),
    }),
  ];
}

const noSuchExperiment = (): Problem => new Problem(404, 'not_found', 'There is no experiment of that id.');

const refused = (pointer: string, detail: string): Problem => invalidField(pointer, 'invalid_value', detail);

function startProblem(outcome: Exclude<StartOutcome, { outcome: 'started' }>): Problem {
  switch (outcome.outcome) {
    case 'not-found':
      return noSuchExperiment();
    case 'not-a-draft':
      return new Problem(409, 'conflict', `It is ${outcome.status}: only a draft can be started.`);
    case 'taken':
      return new Problem(409, 'conflict', 'Another experiment runs on this rule: stop it first.');
    case 'refused':
      return refused(outcome.refusal.pointer, outcome.refusal.detail);
    default:
      return outcome satisfies never;
  }
}
