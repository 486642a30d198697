import type { Author, EnvironmentRef } from '../../store/store.ts';
import type { ReleaseState } from '../machine/release-state.ts';
import type { Action } from '../machine/transition.ts';
import type { DecisionRecord } from './decision-record.ts';
import type { PlanDocument } from '../plan/plan-document.ts';
import type { ReleasePlan } from '../plan/release-plan.ts';

/** A plan that is carried out, and how far it is. */
export interface Release {
  readonly id: string;
  readonly environment: EnvironmentRef;
  /** As it was written. */
  readonly document: PlanDocument;
  readonly plan: ReleasePlan;
  readonly state: ReleaseState;
  /** One higher with every decision. */
  readonly version: number;
  /** The kind of context that is a listener. */
  readonly unitKind: string;
  /** Epoch milliseconds, as all times here. */
  readonly createdAt: number;
  readonly createdBy: Author;
  readonly updatedAt: number;
  /** null while it is under way. */
  readonly finishedAt: number | null;
}

/** Why a release did what it did: everything that it was made of, so that it can be made again. */
export interface Decision {
  /** From 1 on; also the release's version after it. */
  readonly number: number;
  readonly at: number;
  readonly action: Action;
  readonly sentence: string;
  readonly record: DecisionRecord;
}

/** Who appears in the audit log; SDKs and pages see ordinary changes. */
export const authorOf = (id: string, comment: string): Author => ({
  id: `release:${id}`,
  via: 'release',
  comment,
});
