import * as z from 'zod';
import type { ApiDeps } from '../api-deps.ts';
import { Problem } from '../../problems/problem.ts';
import { type Operation, operation, reply } from '../operation.ts';
import { textSchema } from '../items/common-schemas.ts';
import { keySchema } from '../../input/key-schema.ts';

const nameSchema = textSchema(256).min(1).describe('Shown to people.');

const placeSchema = { key: keySchema, name: nameSchema };

const environmentSchema = z.object(placeSchema).meta({ id: 'Environment' });

const projectSchema = z
  .object({ ...placeSchema, environments: z.array(environmentSchema) })
  .meta({ id: 'Project' });

const newPlaceSchema = z
  .strictObject({ key: keySchema, name: nameSchema.exactOptional().describe('Default: the key.') })
  .meta({ id: 'NewPlace' });

/** Tenants: flags exist per project, with a state per environment, and nothing crosses. */
export function projectsOperations({ store }: Pick<ApiDeps, 'store'>): readonly Operation[] {
  return [
    operation('listProjects', 'get', '/projects', {
      tag: 'Projects',
      summary: 'List projects and their environments',
      description:
        'Each with its environments. Flags of a project exist in each of its environments, with a definition of their own.',
      role: 'viewer',
      replies: { 200: { description: 'All of them', body: z.array(projectSchema) } },
      handle: () => reply(200, store.projects()),
    }),
    operation('createProject', 'post', '/projects', {
      tag: 'Projects',
      summary: 'Create a project',
      description: 'It begins without an environment: create one to put flags into.',
      role: 'admin',
      body: newPlaceSchema,
      replies: { 201: { description: 'The project', body: projectSchema } },
      problems: [409],
      handle: async ({ body: { key, name = key }, author }) => {
        const outcome = await store.createProject(author, key, name);
        if (outcome === 'exists') throw new Problem(409, 'conflict', `There is a project "${key}" already.`);
        const project = store.projects().find((each) => each.key === key);
        return reply(201, project ?? { key, name, environments: [] });
      },
    }),
    operation('createEnvironment', 'post', '/projects/{project}/environments', {
      tag: 'Projects',
      summary: 'Create an environment',
      description: "It starts with the project's flags, all of them off.",
      role: 'admin',
      params: z.strictObject({ project: keySchema }),
      body: newPlaceSchema,
      replies: { 201: { description: 'The environment', body: environmentSchema } },
      problems: [409],
      handle: async ({ params: { project }, body: { key, name = key }, author }) => {
        const outcome = await store.createEnvironment(author, project, key, name);
        switch (outcome) {
          case 'created':
            return reply(201, { key, name });
          case 'exists':
            throw new Problem(409, 'conflict', `There is an environment "${key}" in "${project}" already.`);
          case 'not-found':
            throw new Problem(404, 'not_found', `There is no project "${project}".`);
          default:
            return outcome satisfies never;
        }
      },
    }),
  ];
}
