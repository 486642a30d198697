import * as z from 'zod';
import type { Store } from '../../../store/store.ts';
import { Problem } from '../../problems/problem.ts';
import { operation, type Operation } from '../openapi/operation.ts';
import { reply } from '../openapi/reply.ts';
import { textSchema } from '../items/common-schemas.ts';
import { keySchema } from '../../input/key-schema.ts';

export interface ProjectsDeps {
  readonly store: Pick<Store, 'projects' | 'createProject' | 'createEnvironment'>;
}

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
export function projectsOperations({ store }: ProjectsDeps): readonly Operation[] {
  return [
    operation({
      id: 'listProjects',
      method: 'get',
      path: '/projects',
      tag: 'Projects',
      summary: 'List projects and their environments',
      role: 'viewer',
      replies: { 200: { description: 'All of them', body: z.array(projectSchema) } },
      handle: () => reply(200, store.projects()),
    }),
    operation({
      id: 'createProject',
      method: 'post',
      path: '/projects',
      tag: 'Projects',
      summary: 'Create a project',
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
    operation({
      id: 'createEnvironment',
      method: 'post',
      path: '/projects/{project}/environments',
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
