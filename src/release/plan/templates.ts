import { recordAdminChange } from '../../store/audit/admin-audit.ts';
import type { Author } from '../../store/store.ts';
import type { Database } from '../../store/sql/database.ts';
import { type Course, courseSchema } from './plan-document.ts';

export interface Template {
  readonly name: string;
  readonly description: string;
  readonly course: Course;
  /** Whether it is as the program ships it. */
  readonly isBuiltIn: boolean;
}

/** Named plans that operators keep and change. */
export interface Templates {
  list(): Promise<readonly Template[]>;
  /** Undefined: there is none of that name. */
  course(name: string): Promise<Course | undefined>;
  put(author: Author, template: Pick<Template, 'name' | 'description' | 'course'>): Promise<void>;
  /** One that ships is again as it shipped. False: there is none of that name. */
  remove(author: Author, name: string): Promise<boolean>;
}

const guards: Course['guards'] = [{ metric: 'playlist-error' }, { metric: 'page-duration' }];

export const BUILT_IN_TEMPLATES: readonly Template[] = [
  {
    name: 'cautious',
    description: 'Small stages, an approval before half of the listeners, and a holdback for a day.',
    course: {
      stages: [
        { share: 1, hold: '30m' },
        { share: 5, hold: '1h' },
        { share: 20, hold: '4h' },
        { share: 50, hold: '8h' },
        { share: 100, hold: '1h' },
      ],
      guards,
      approvals: [3],
      freeze: [
        { days: ['friday'], from: '14:00', to: '24:00' },
        { days: ['saturday', 'sunday'], from: '00:00', to: '24:00' },
      ],
      holdback: { share: 10, watch: '1d' },
      extendAtMost: '1d',
    },
    isBuiltIn: true,
  },
  {
    name: 'standard',
    description: 'Three stages within two hours, guarded.',
    course: {
      stages: [
        { share: 5, hold: '15m' },
        { share: 25, hold: '45m' },
        { share: 100, hold: '1h' },
      ],
      guards,
    },
    isBuiltIn: true,
  },
  {
    name: 'fast',
    description: 'A ramp from nothing to all in ten minutes, guarded.',
    course: { ramp: { duration: '10m', curve: 'ease-in' }, guards },
    isBuiltIn: true,
  },
];

export function createTemplates({
  database,
  now,
}: {
  readonly database: Database;
  readonly now: () => number;
}): Templates {
  const list: Templates['list'] = async () => {
    const rows = await database.read((db) => db.selectFrom('release_templates').selectAll().execute());
    const kept = rows.map(({ name, description, course }) => ({
      name,
      description,
      course: courseSchema.parse(JSON.parse(course)),
      isBuiltIn: false,
    }));
    const names = new Set(kept.map(({ name }) => name));
    return [...BUILT_IN_TEMPLATES.filter(({ name }) => !names.has(name)), ...kept].toSorted((a, b) =>
      a.name < b.name ? -1 : 1,
    );
  };
  return {
    list,
    course: async (name) => (await list()).find((template) => template.name === name)?.course,
    async put(author, { name, description, course }) {
      const row = { name, description, course: JSON.stringify(course), updated_at: now() };
      await database.write(async (db) => {
        await db
          .insertInto('release_templates')
          .values(row)
          .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
          .execute();
        const change = { at: now(), author, kind: 'release-template', key: name, action: 'update' } as const;
        await recordAdminChange(db, { ...change, detail: { description, course } });
      });
    },
    async remove(author, name) {
      const isRemoved = await database.write(async (db) => {
        const gone = await db.deleteFrom('release_templates').where('name', '=', name).executeTakeFirst();
        const change = { at: now(), author, kind: 'release-template', key: name, action: 'delete' } as const;
        if (gone.numDeletedRows > 0n) await recordAdminChange(db, change);
        return gone.numDeletedRows > 0n;
      });
      return isRemoved || BUILT_IN_TEMPLATES.some((template) => template.name === name);
    },
  };
}

/** A template gives stages or a ramp; a plan that says one of them wants neither of the template's. */
export function withCourse(course: object, given: object): object {
  const isCourse = 'stages' in given || 'ramp' in given;
  const { stages, ramp, approvals, ...rest }: { stages?: unknown; ramp?: unknown; approvals?: unknown } = {
    ...course,
  };
  const own = { stages, ramp, approvals };
  return {
    ...rest,
    ...(isCourse ? {} : Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined))),
    ...given,
  };
}
