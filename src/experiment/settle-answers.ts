import type { Transaction } from 'kysely';
import type { Schema } from '../store/sql/schema.ts';
import type { WebhookEvent } from '../webhooks/webhook.ts';
import { enqueueMessage } from '../webhooks/enqueue-message.ts';
import { type ExperimentReading, type KnownAnswer, readReading } from './reading.ts';
import { answerOf, type ExperimentResult, experimentResult } from './result/experiment-result.ts';
import { isPointDue, pointsOf, writePoints } from './result-history.ts';
import { resultMessage } from './result/result-message.ts';

type Db = Transaction<Schema>;

/** The answers that are not what they were at the last look, as of now. */
export function changedAnswers(
  { experiment, answers }: ExperimentReading,
  result: ExperimentResult,
  now: number,
): readonly KnownAnswer[] {
  return result.metrics.flatMap((each) => {
    const metric = experiment.metrics.indexOf(each.metric);
    const { variation } = each.treatment;
    const known = answers.find((one) => one.metric === metric && one.variation === variation);
    const answer = answerOf(each);
    return known?.answer === answer ? [] : [{ metric, variation, answer, since: now }];
  });
}

export interface SettleDeps {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly newId: () => string;
  /** True: the experiment was stopped just now. */
  readonly isStopped?: boolean;
}

/**
 * Looks at an experiment: keeps which answers have changed, so that a result can say since when it has been the same,
 * keeps a point of each metric's history where one is due, and tells webhooks when the primary metric is decided for the first time, or the experiment stopped. The caller has locked
 * the experiment, so that of several instances one tells it.
 */
export async function settleAnswers(
  db: Db,
  id: string,
  { now, newId, isStopped = false }: SettleDeps,
): Promise<void> {
  const reading = await readReading(db, id);
  if (reading === undefined) return;
  const result = experimentResult(reading, now);
  for (const answer of changedAnswers(reading, result, now)) await writeAnswer(db, id, answer);
  if (isStopped || (await isPointDue(db, reading.experiment, now)))
    await writePoints(db, id, pointsOf(reading, result, now));
  const isFirst = reading.experiment.decidedAt === null && result.isDecided;
  if (isFirst) await db.updateTable('experiments').set({ decided_at: now }).where('id', '=', id).execute();
  const events: readonly WebhookEvent[] = [
    ...(isFirst ? (['experiment.decided'] as const) : []),
    ...(isStopped ? (['experiment.stopped'] as const) : []),
  ];
  if (events.length === 0) return;
  // Read again, so that the message says since when.
  const settled = (await readReading(db, id)) ?? reading;
  const data = resultMessage(settled, experimentResult(settled, now));
  for (const event of events) {
    await enqueueMessage(db, { event, environment: reading.experiment.environment, at: now, data }, newId);
  }
}

async function writeAnswer(
  db: Db,
  id: string,
  { metric, variation, answer, since }: KnownAnswer,
): Promise<void> {
  await db
    .insertInto('experiment_answers')
    .values({ experiment_id: id, metric, variation, answer, since })
    .onConflict((conflict) =>
      conflict.columns(['experiment_id', 'metric', 'variation']).doUpdateSet({ answer, since }),
    )
    .execute();
}
