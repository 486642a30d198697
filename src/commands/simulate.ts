import { readFile } from 'node:fs/promises';
import { SingleBar } from 'cli-progress';
import * as z from 'zod';
import { describeForecast, describeTimeline } from '../release/forecast/describe-forecast.ts';
import { checkExpected, forecastFields, ratesOf } from '../release/forecast/expected-rates.ts';
import { type Forecast, forecastOutcomes } from '../release/forecast/forecast.ts';
import { shareAt, timelineOf } from '../release/forecast/timeline.ts';
import { type GuardMetrics, guardMetrics } from '../release/guard/guard-metric.ts';
import { checkPlan } from '../release/plan/check-plan.ts';
import { planSchema } from '../release/plan/plan-document.ts';
import { compilePlan } from '../release/plan/release-plan.ts';
import { showShare } from '../release/plan/share.ts';
import { guardMetricsOf } from '../release/plan/stored-plan.ts';
import { BUILT_IN_TEMPLATES, withCourse } from '../release/plan/templates.ts';
import { requireFileArgument, runCommand } from './command-line.ts';

const USAGE = `Usage: dj-toggle simulate plan.json

Tells what a release would do, before it is started: when each stage starts, and by simulation the chance and the time of
catching a regression, and of a false alarm. plan.json is what POST /releases/forecast takes, for example
{"flag": "progressive-rollout", "from": 1, "to": 0, "template": "standard", "traffic": {"newListenersPerSecond": 5},
 "expected": [{"metric": "playlist-error", "controlRate": 0.01, "newRate": 0.05}]}
Metrics that the site does not have count as events of which more are harm. Exit code 2: the plan has mistakes, all listed.
`;

const DEFAULT_RUNS = 500;

const givenSchema = planSchema.partial().extend({
  template: z.enum(BUILT_IN_TEMPLATES.map(({ name }) => name)).exactOptional(),
  environment: z.string().exactOptional(),
  ...forecastFields,
  at: z
    .array(z.iso.datetime({ offset: true }))
    .max(100)
    .exactOptional(),
});

/** The site's metrics, and whatever else the plan names: there is no environment whose metrics could be asked for. */
const site = guardMetrics([]);
const anyMetric: GuardMetrics = {
  names: () => site.names(),
  get: (name) =>
    site.get(name) ?? {
      kind: 'watchable',
      metric: { name, eventKey: name, harm: 'more-events', watches: 'events', noun: `“${name}”` },
    },
};

await runCommand(
  USAGE,
  async (_config, args) => {
    const file = requireFileArgument(args);
    const given = parse(givenSchema, readJson(await readFile(file, 'utf8'), file), file);
    const {
      traffic,
      expected,
      runs = DEFAULT_RUNS,
      seed = 1,
      at = [],
      template,
      environment: _,
      ...own
    } = given;
    const course = BUILT_IN_TEMPLATES.find(({ name }) => name === template)?.course ?? {};
    const document = parse(planSchema, withCourse(course, own), file);
    const now = Date.now();
    const around = {
      flag: undefined,
      metrics: anyMetric,
      otherRelease: undefined,
      servedElsewhere: undefined,
    };
    const problems = checkPlan(document, { ...around, now }).filter(({ pointer }) => pointer !== '/flag');
    if (problems.length > 0) throw mistakes(file, problems);
    const plan = compilePlan(document, now, guardMetricsOf(document, anyMetric));
    const unexpected = checkExpected(plan, expected);
    if (unexpected.length > 0) throw mistakes(file, unexpected);
    const timeline = timelineOf(plan, document, plan.startAt ?? now);
    const rates = ratesOf(plan, expected);
    const forecast = simulate(
      forecastOutcomes({ plan, timeline, traffic: traffic.newListenersPerSecond, rates }, { runs, seed }),
    );
    const lines = [
      ...describeTimeline(timeline),
      ...at.map(
        (time) => `${time}  ${showShare(shareAt(timeline, plan, Date.parse(time)))} have the new version`,
      ),
      '',
      ...describeForecast(plan, rates, forecast),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    return 0;
  },
  { takesArguments: true },
);

/** With a progress bar where somebody looks. */
function simulate(work: ReturnType<typeof forecastOutcomes>): Forecast {
  const bar = process.stderr.isTTY
    ? new SingleBar({
        stream: process.stderr,
        clearOnComplete: true,
        format: '{bar} {percentage} %  {value}/{total} releases',
      })
    : undefined;
  for (;;) {
    const step = work.next();
    if (step.done === true) {
      bar?.stop();
      return step.value;
    }
    const { done, total } = step.value;
    if (bar?.isActive !== true) bar?.start(total, done);
    bar?.update(done);
  }
}

function readJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${file}: expected JSON; ${String(cause)}`, { cause });
  }
}

/** @throws Error with everything that is wrong */
function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, file: string): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw mistakes(
    file,
    parsed.error.issues.map(({ path, message }) => ({ pointer: `/${path.join('/')}`, detail: message })),
  );
}

function mistakes(
  file: string,
  all: readonly { readonly pointer: string; readonly detail: string }[],
): Error {
  return new Error(all.map(({ pointer, detail }) => `${file}: ${pointer}: ${detail}`).join('\n'));
}
