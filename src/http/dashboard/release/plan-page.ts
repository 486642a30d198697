import type { FlagRecord } from '../../../store/store.ts';
import type { Template } from '../../../release/plan/templates.ts';
import type { DashboardScope } from '../dashboard-scope.ts';
import type { Link } from '../dashboard-views.ts';
import { flagTabs } from '../flag/flag-tabs.ts';
import type { ForecastView } from './forecast-view.ts';
import { type PlanFields, rowsOf } from './plan-fields.ts';
import { type VariationField, variationFields } from './variation-fields.ts';

/** A plan to change, to look ahead with, to start and to keep. */
export interface ReleasePlanPage {
  readonly key: string;
  readonly tabs: readonly Link[];
  readonly action: string;
  /** The plans that can be begun from. */
  readonly templates: readonly Link[];
  readonly variations: readonly VariationField[];
  /** What a field has; empty where nothing was typed. */
  readonly value: (name: string) => string;
  readonly stageRows: readonly number[];
  readonly guardRows: readonly number[];
  /** What guards may watch. */
  readonly metrics: readonly string[];
  readonly forecast: ForecastView | undefined;
  /** The template that the plan came from; undefined: it is of none. */
  readonly template:
    | { readonly name: string; readonly isBuiltIn: boolean; readonly deleteAction: string }
    | undefined;
}

export function releasePlanPage(
  scope: DashboardScope,
  { key, definition }: FlagRecord,
  fields: PlanFields,
  around: {
    readonly templates: readonly Template[];
    readonly metrics: readonly string[];
    readonly forecast?: ForecastView | undefined;
  },
): ReleasePlanPage {
  const { templates, metrics, forecast } = around;
  const value = (name: string): string => (Object.hasOwn(fields, name) ? (fields[name] ?? '') : '');
  const template = templates.find(({ name }) => name === value('name'));
  return {
    key,
    tabs: flagTabs(scope, key, 'release'),
    action: scope.flagHref(key, '/release/plan'),
    templates: templates.map(({ name }) => ({
      name,
      href: scope.flagHref(key, '/release/plan', { template: name }),
      current: name === template?.name,
    })),
    variations: variationFields(definition, { from: value('from'), to: value('to') }),
    value,
    stageRows: rowsOf(fields, 'share'),
    guardRows: rowsOf(fields, 'metric'),
    metrics,
    forecast,
    template:
      template === undefined
        ? undefined
        : {
            name: template.name,
            isBuiltIn: template.isBuiltIn,
            deleteAction: scope.flagHref(
              key,
              `/release/templates/${encodeURIComponent(template.name)}/delete`,
            ),
          },
  };
}
