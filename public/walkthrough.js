// @ts-check
// The walkthrough: every window shows the step that the presenter has chosen, and the floor moves beside it.

import { createDanceFloor } from './dance-floor.js';
import { openStream } from './event-source.js';
import { byId } from './swap.js';
import { canvasOf, followPage, inSeconds, runClock, sayConnected, sayLost } from './talk-page.js';

const canvas = canvasOf('dots');
const floor = createDanceFloor(canvas, JSON.parse(canvas.dataset.personas ?? '[]'));

const showClock = runClock('.walk-clock', 'seconds', inSeconds);
const showTimer = runClock('.walk-timer', 'timer-text', (milliseconds) => {
  const seconds = Math.floor(milliseconds / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
});
const refresh = followPage(location.pathname, ['steps', 'step', 'live', 'source', 'timer'], () => {
  showClock();
  showTimer();
});

function showPicture() {
  const { control, treatment, waiting, failed } = floor.counts();
  const all = control + treatment + waiting;
  byId('picture-text')?.replaceChildren(
    all === 0
      ? 'No crowd yet: it comes in with step 1.'
      : `${control} on the top 10, ${treatment} on the full crate${failed === 0 ? '' : `, ${failed} with a failed page`}.`,
  );
}

openStream(
  document.body.dataset.events ?? '',
  {
    floor: (dots) => {
      floor.fill(dots);
      showPicture();
      // Whatever was missed before the stream was there.
      refresh();
    },
    dots: (dots) => {
      floor.change(dots);
      showPicture();
    },
    changed: refresh,
  },
  { onOpen: sayConnected, onLost: sayLost },
);

// A presenter's remote control sends these.
document.addEventListener('keydown', ({ key, target }) => {
  if (target instanceof HTMLInputElement) return;
  if (key === 'PageDown') byId('next')?.click();
  if (key === 'PageUp') byId('previous')?.click();
});
