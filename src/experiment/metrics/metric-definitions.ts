import type { Database } from '../../store/sql/database.ts';
import { recordAdminChange } from '../../store/audit/admin-audit.ts';
import type { Author, EnvironmentRef } from '../../store/store.ts';
import { type Metric, type MetricDefinition, metricSchema, SITE_METRICS, withKey } from './metric.ts';

/** The metrics of environments: those of the site, and those that were declared. */
export interface MetricDefinitions {
  /** By key. */
  list(environment: EnvironmentRef): Promise<readonly Metric[]>;
  /** Creates or replaces one. Experiments that run keep the definition that they started with. `built-in`: the site's cannot change. */
  put(
    author: Author,
    environment: EnvironmentRef,
    key: string,
    definition: MetricDefinition,
  ): Promise<'created' | 'replaced' | 'built-in'>;
  delete(
    author: Author,
    environment: EnvironmentRef,
    key: string,
  ): Promise<'deleted' | 'not-found' | 'built-in'>;
}

export const isBuiltIn = (key: string): boolean => SITE_METRICS.some((metric) => metric.key === key);

export function createMetricDefinitions({
  database,
  now,
}: {
  readonly database: Database;
  readonly now: () => number;
}): MetricDefinitions {
  return {
    async list({ project, environment }) {
      const rows = await database.read((db) =>
        db
          .selectFrom('metric_definitions')
          .select(['key', 'definition'])
          .where('project', '=', project)
          .where('environment', '=', environment)
          .execute(),
      );
      const declared = rows.map(({ key, definition }) =>
        withKey(key, metricSchema.parse(JSON.parse(definition))),
      );
      return [...SITE_METRICS, ...declared].toSorted((a, b) => (a.key < b.key ? -1 : 1));
    },

    async put(author, { project, environment }, key, definition) {
      if (isBuiltIn(key)) return 'built-in';
      const at = now();
      const row = { project, environment, key, definition: JSON.stringify(definition), created_at: at };
      return await database.write(async (db) => {
        const replaced = await db
          .updateTable('metric_definitions')
          .set({ definition: row.definition, updated_at: at })
          .where('project', '=', project)
          .where('environment', '=', environment)
          .where('key', '=', key)
          .executeTakeFirst();
        const isNew = replaced.numUpdatedRows === 0n;
        const change = { at, author, kind: 'metric', key, environment: { project, environment } } as const;
        if (!isNew) {
          await recordAdminChange(db, { ...change, action: 'update', detail: definition });
          return 'replaced';
        }
        await db
          .insertInto('metric_definitions')
          .values({ ...row, updated_at: at })
          .execute();
        await recordAdminChange(db, { ...change, action: 'create', detail: definition });
        return 'created';
      });
    },

    async delete(author, { project, environment }, key) {
      if (isBuiltIn(key)) return 'built-in';
      return await database.write(async (db) => {
        const gone = await db
          .deleteFrom('metric_definitions')
          .where('project', '=', project)
          .where('environment', '=', environment)
          .where('key', '=', key)
          .executeTakeFirst();
        if (gone.numDeletedRows === 0n) return 'not-found';
        const change = { at: now(), author, kind: 'metric', key, action: 'delete' } as const;
        await recordAdminChange(db, { ...change, environment: { project, environment } });
        return 'deleted';
      });
    },
  };
}
