import type { EventSink } from '../../events/event-sink.ts';
import type { ProgramDeps } from './shared/router-deps.ts';

/** What the doors for LaunchDarkly's SDKs stand on. */
export interface SdkDeps extends ProgramDeps {
  readonly events: EventSink;
}
