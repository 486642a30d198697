import * as z from 'zod';
import type { ExperimentDesign } from '../../../experiment/experiment.ts';
import { formField, formText } from '../../input/form-field.ts';

const variation = z
  .string('expected a variation')
  .regex(/^\d{1,4}$/, 'expected a variation')
  .transform(Number);
const text = (name: string) =>
  z
    .string(`expected ${name}`)
    .trim()
    .min(1, `expected ${name}`)
    .max(256, `expected ${name} of at most 256 characters`)
    .regex(/^[^\0]*$/, 'expected text');

/** `other`: once for each ticked metric. */
export const experimentForm = z.object({
  name: text('a name'),
  rule: text('a rule').default('default'),
  control: variation,
  treatment: variation,
  primary: text('a metric'),
  other: z.union([z.string().transform((one) => [one]), z.array(z.string())]).default([]),
  units: z
    .string('expected a number of listeners')
    .regex(/^\d{3,9}$/, 'expected a number of listeners from 100')
    .transform(Number)
    .refine((units) => units >= 100, 'expected a number of listeners from 100'),
});

/** As typed. */
export interface ExperimentDraft {
  readonly name: string;
  readonly rule: string;
  readonly control: string;
  readonly treatment: string;
  readonly primary: string;
  readonly other: readonly string[];
  readonly units: string;
}

export const NEW_EXPERIMENT: ExperimentDraft = {
  name: '',
  rule: 'default',
  control: '1',
  treatment: '0',
  primary: 'play',
  other: [],
  units: '10000',
};

export function experimentDraftIn(body: unknown): ExperimentDraft {
  const typed = (name: string): string => (formText(body, name) ?? '').slice(0, 256);
  return {
    name: typed('name'),
    rule: typed('rule'),
    control: typed('control'),
    treatment: typed('treatment'),
    primary: typed('primary'),
    other: experimentForm.shape.other.catch([]).parse(formField(body, 'other')),
    units: typed('units'),
  };
}

export function designOf(
  flag: string,
  form: z.output<typeof experimentForm>,
  nameOf: (variation: number) => string,
): ExperimentDesign {
  return {
    name: form.name,
    flag_name: flag,
    rule: form.rule,
    control: { variation: form.control, name: nameOf(form.control) },
    treatments: [{ variation: form.treatment, name: nameOf(form.treatment) }],
    primary_metric: form.primary,
    other_metrics: form.other.filter((key) => key !== form.primary),
    alpha: 0.05,
    planned_units: form.units,
    history_days: 7,
  };
}
