import type { platform } from '@launchdarkly/node-server-sdk';
import { faultOfMessage } from './stream-message.ts';

export interface StreamFailure {
  /** Of the answer; undefined when there was none, or when an open stream ended. */
  readonly status: number | undefined;
  readonly message: string;
  /** The SDK gives up. */
  readonly isFinal: boolean;
}

export interface StreamWatcher {
  onOpen(): void;
  onFailure(failure: StreamFailure): void;
  /** A message that the SDK must not get; it was withheld. */
  onFault(fault: string): void;
}

/**
 * Tells what happens to the streams that an SDK opens. The SDK for Node (9.13) has no event for a stream that drops
 * or comes back, only lines in its log; but it hands its platform to the feature store's factory before it connects,
 * and the platform's event sources can be listened to there. The SDK's own reading and retrying stay as they are.
 */
export function watchStreams(requests: platform.Requests, watcher: StreamWatcher): void {
  const open = requests.createEventSource.bind(requests);

  requests.createEventSource = (url, init) => {
    const source = open(url, {
      ...init,
      errorFilter(error) {
        const retries = init.errorFilter(error);
        watcher.onFailure({ status: error.status, message: error.message, isFinal: !retries });
        return retries;
      },
    });
    const watched: platform.EventSource = {
      onclose: undefined,
      onerror: undefined,
      onopen: undefined,
      onretrying: undefined,
      addEventListener(type, listener) {
        source.addEventListener(type, (event) => {
          const fault = faultOfMessage(type, event?.data);
          if (fault === undefined) listener(event);
          else watcher.onFault(fault);
        });
      },
      close: () => source.close(),
    };
    const heard: Pick<platform.EventSource, 'onclose' | 'onerror' | 'onopen' | 'onretrying'> = {
      onclose: () => watched.onclose?.(),
      onerror: (error) => watched.onerror?.(error),
      onretrying: (event) => watched.onretrying?.(event),
      onopen(event) {
        watcher.onOpen();
        watched.onopen?.(event);
      },
    };
    Object.assign(source, heard);
    return watched;
  };
}
