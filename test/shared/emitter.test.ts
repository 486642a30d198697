import { describe, expect, test } from 'vitest';
import { createEmitter } from '../../src/shared/emitter.ts';

describe('an emitter', () => {
  test('calls every listener in the order of subscription, also after one that throws, which is reported', () => {
    const heard: string[] = [];
    const failures: unknown[] = [];
    const emitter = createEmitter<string>((error, message) => failures.push([error, message]));
    emitter.subscribe((message) => heard.push(`first ${message}`));
    emitter.subscribe(() => {
      throw new Error('broken');
    });
    emitter.subscribe((message) => heard.push(`last ${message}`));
    emitter.emit('news');
    expect(heard).toEqual(['first news', 'last news']);
    expect(failures).toEqual([[new Error('broken'), 'news']]);
  });

  test('lets the same function subscribe twice and unsubscribe once', () => {
    const heard: string[] = [];
    const emitter = createEmitter<string>(() => {});
    const listener = (message: string) => void heard.push(message);
    const unsubscribe = emitter.subscribe(listener);
    emitter.subscribe(listener);
    unsubscribe();
    unsubscribe();
    emitter.emit('once');
    expect(heard).toEqual(['once']);
    expect(emitter.hasListeners()).toBe(true);
    emitter.clear();
    expect(emitter.hasListeners()).toBe(false);
  });
});
