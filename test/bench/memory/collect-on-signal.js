// node --expose-gc --import collect-on-signal.js <program>: SIGUSR2 collects all garbage.
process.on('SIGUSR2', () => {
  globalThis.gc?.();
  globalThis.gc?.();
});
