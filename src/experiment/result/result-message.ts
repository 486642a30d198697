import { isoTime } from '../../shared/iso-time.ts';
import type { ExperimentReading } from '../reading.ts';
import type { ExperimentResult } from './experiment-result.ts';

/** What webhooks are told of a result. */
export function resultMessage({ experiment }: ExperimentReading, result: ExperimentResult): object {
  const { id, environment, status, design } = experiment;
  return {
    experiment: id,
    ...environment,
    name: design.name,
    flag: design.flag_name,
    rule: design.rule,
    status,
    decided: result.isDecided,
    sentence: result.sentence,
    sample_ratio_mismatch: result.sampleRatio.isMismatch || result.reportingRatio.isMismatch,
    arms: result.arms.map(({ variation, name, units }) => ({ variation, name, units })),
    metrics: result.metrics.map(
      ({ metric, isPrimary, treatment, comparison, isDecided, stableSince, sentence }) => ({
        metric: metric.key,
        primary: isPrimary,
        treatment: treatment.variation,
        decided: isDecided,
        stable_since: stableSince === null ? null : isoTime(stableSince),
        difference: comparison.status === 'ok' ? comparison.difference : null,
        lift: comparison.status === 'ok' ? comparison.lift : null,
        p_value: comparison.status === 'ok' ? comparison.pValue : null,
        sentence,
      }),
    ),
  };
}
