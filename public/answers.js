// @ts-check
// The answers are asked again whenever the flag or its source changes.

import { openStream } from './event-source.js';
import { followPage, sayConnected, sayLost } from './talk-page.js';

const refresh = followPage(`${location.pathname}${location.search}`, ['answers', 'plug'], () => {});
openStream(
  document.body.dataset.events ?? '',
  { changed: refresh },
  { onOpen: sayConnected, onLost: sayLost },
);
