/** The flag that decides which version of the playlist a listener gets. */
export const PLAYLIST_FLAG = 'progressive-rollout';
