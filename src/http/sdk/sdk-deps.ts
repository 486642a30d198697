import type { EventSink } from '../../experiment/events/event-sink.ts';
import type { ProgramDeps } from '../program/program-deps.ts';

/** What the doors for LaunchDarkly's SDKs stand on. */
export interface SdkDeps extends ProgramDeps {
  readonly events: EventSink;
}
