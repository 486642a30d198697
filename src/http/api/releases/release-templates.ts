import * as z from 'zod';
import { courseSchema } from '../../../release/plan/plan-document.ts';
import type { Template, Templates } from '../../../release/plan/templates.ts';
import { Problem } from '../../problems/problem.ts';
import { textSchema } from '../items/common-schemas.ts';
import { type Operation, operation, reply } from '../operation.ts';

const templateSchema = z
  .object({
    name: z.string(),
    description: z.string(),
    course: courseSchema,
    built_in: z.boolean().describe('Whether it is as the service ships it.'),
  })
  .meta({ id: 'ReleaseTemplate' });

const templateWriteSchema = z
  .strictObject({ description: textSchema(1_000).exactOptional(), course: courseSchema })
  .meta({ id: 'ReleaseTemplateWrite' });

const templateParams = z.strictObject({ template: textSchema(64).min(1) });

export interface ReleaseTemplatesDeps {
  readonly releases: { readonly templates: Templates };
}

/** Named plans: `cautious`, `standard`, `fast`, and what operators make of them. */
export function releaseTemplatesOperations({
  releases: { templates },
}: ReleaseTemplatesDeps): readonly Operation[] {
  return [
    operation('listReleaseTemplates', 'get', '/releases/templates', {
      tag: 'Releases',
      summary: 'List named plans',
      description: 'Plans that a release can be made of by name: those that ship, and your own.',
      role: 'viewer',
      replies: { 200: { description: 'All templates, by name', body: z.array(templateSchema) } },
      handle: async () => reply(200, (await templates.list()).map(templateBody)),
    }),
    operation('getReleaseTemplate', 'get', '/releases/templates/{template}', {
      tag: 'Releases',
      summary: 'Read a named plan',
      description: 'One that ships, or your own.',
      role: 'viewer',
      params: templateParams,
      replies: { 200: { description: 'The template', body: templateSchema } },
      handle: async ({ params }) => {
        const found = (await templates.list()).find(({ name }) => name === params.template);
        if (found === undefined) throw noSuchTemplate();
        return reply(200, templateBody(found));
      },
    }),
    operation('putReleaseTemplate', 'put', '/releases/templates/{template}', {
      tag: 'Releases',
      summary: 'Make or change a named plan',
      description: 'Releases that were made of it before keep their own plan.',
      role: 'operator',
      params: templateParams,
      body: templateWriteSchema,
      replies: { 200: { description: 'The template', body: templateSchema } },
      handle: async ({ params: { template: name }, body: { description = '', course }, author }) => {
        await templates.put(author, { name, description, course });
        return reply(200, templateBody({ name, description, course, isBuiltIn: false }));
      },
    }),
    operation('deleteReleaseTemplate', 'delete', '/releases/templates/{template}', {
      tag: 'Releases',
      summary: 'Forget a named plan; one that ships is again as it shipped',
      description: 'Releases that were made of it keep their own plan.',
      role: 'operator',
      params: templateParams,
      replies: { 204: { description: 'It is gone, or as it shipped' } },
      handle: async ({ params, author }) => {
        if (!(await templates.remove(author, params.template))) throw noSuchTemplate();
        return reply(204);
      },
    }),
  ];
}

const noSuchTemplate = (): Problem => new Problem(404, 'not_found', 'There is no template of that name.');

const templateBody = ({ name, description, course, isBuiltIn }: Template) => ({
  name,
  description,
  course,
  built_in: isBuiltIn,
});
