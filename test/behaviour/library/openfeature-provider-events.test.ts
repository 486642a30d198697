import { OpenFeature, ProviderEvents, type TrackingEventDetails } from '@openfeature/server-sdk';
import { describe, expect, test } from 'vitest';
import { createEvaluator } from '../../../src/library/evaluation/index.ts';
import type { Context } from '../../../src/evaluation/model.ts';
import { LocalProvider, fixedFlags, replaceableFlags } from '../../../src/library/openfeature/index.ts';
import { clientOf, flags } from '../../library/openfeature/provider-client.ts';

describe('the OpenFeature provider and its source', () => {
  test('a source that knows no definitions tells what it can', async () => {
    const evaluator = createEvaluator({ flags, segments: {} });
    const client = await clientOf({ current: () => evaluator, onChange: () => () => undefined });
    const details = await client.getBooleanDetails('boolean', false, { targetingKey: 'bob' });
    expect(details).toMatchObject({ value: true, reason: 'DEFAULT' });
    expect(details.flagMetadata).not.toHaveProperty('version');
  });

  test('a source that fails is an error with the default', async () => {
    const client = await clientOf({
      current: () => {
        throw new Error('the store is away');
      },
      onChange: () => () => undefined,
    });
    expect(await client.getBooleanDetails('boolean', false, { targetingKey: 'bob' })).toMatchObject({
      value: false,
      errorCode: 'GENERAL',
      errorMessage: 'the store is away',
    });
  });

  test('a change reaches the application as an event', async () => {
    const source = replaceableFlags({ flags, segments: {} });
    const client = await clientOf(source);
    const { promise: changed, resolve } = Promise.withResolvers<readonly string[] | undefined>();
    client.addHandler(ProviderEvents.ConfigurationChanged, (event) => {
      resolve(event?.flagsChanged);
    });
    source.change({ flags: { off: { ...flags.off, version: 2, on: true } } });
    expect(await changed).toEqual(['off', 'gated']);
    expect(await client.getBooleanDetails('off', false, { targetingKey: 'bob' })).toMatchObject({
      value: true,
      flagMetadata: { version: 2 },
    });
  });

  test('a source says that it is behind, broken and well again, and answers all the while', async () => {
    const source = replaceableFlags({ flags, segments: {} });
    const client = await clientOf(source);
    const told: [string, string | undefined][] = [];
    for (const event of [ProviderEvents.Stale, ProviderEvents.Error, ProviderEvents.Ready] as const) {
      client.addHandler(event, (details) => void told.push([event, details?.message]));
    }
    // A handler of what is so already is called at once.
    await expect.poll(() => told.splice(0)).toEqual([[ProviderEvents.Ready, undefined]]);
    for (const status of [
      { state: 'stale', message: 'the file cannot be read' },
      { state: 'error', message: 'the file is gone' },
    ] as const) {
      source.setStatus(status);
      await expect.poll(() => told.splice(0).map(([, message]) => message)).toEqual([status.message]);
      expect(await client.getBooleanValue('boolean', false, { targetingKey: 'bob' })).toBe(true);
    }
    expect(client.providerStatus).toBe('ERROR');
    source.setStatus({ state: 'ready' });
    await expect.poll(() => told.splice(0).map(([event]) => event)).toEqual([ProviderEvents.Ready]);
    expect(client.providerStatus).toBe('READY');
  });

  test('a source that is behind from the start is reported when the provider is ready', async () => {
    const source = replaceableFlags({ flags, segments: {} });
    source.setStatus({ state: 'stale', message: 'read from disk' });
    const client = await clientOf(source);
    await expect.poll(() => client.providerStatus).toBe('STALE');
    source.setStatus({ state: 'ready' });
    await expect.poll(() => client.providerStatus).toBe('READY');
  });

  test('after the provider is closed the source has no listener', async () => {
    const listeners = new Set<unknown>();
    const joined = (listener: unknown) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    };
    await clientOf({ ...fixedFlags({ flags, segments: {} }), onChange: joined, onStatus: joined });
    expect(listeners.size).toBe(2);
    await OpenFeature.close();
    expect(listeners.size).toBe(0);
  });

  test('what is tracked is handed on with a context', async () => {
    const tracked: [string, Context, TrackingEventDetails][] = [];
    const client = await clientOf(fixedFlags({ flags, segments: {} }), {
      onTrack: (...event) => tracked.push(event),
    });
    const born = new Date(0);
    client.track(
      'checkout',
      { targetingKey: 'bob', born, nested: { at: born }, privateAttributes: ['born'] },
      { value: 99 },
    );
    expect(tracked).toEqual([
      [
        'checkout',
        {
          kind: 'user',
          key: 'bob',
          born: '1970-01-01T00:00:00.000Z',
          nested: { at: '1970-01-01T00:00:00.000Z' },
          _meta: { privateAttributes: ['born'] },
        },
        { value: 99 },
      ],
    ]);
  });

  test('what is tracked without a context is refused, in words', () => {
    const provider = new LocalProvider(fixedFlags({ flags, segments: {} }), {
      onTrack: () => expect.unreachable(),
    });
    expect(() => provider.track('checkout', {}, {})).toThrow(/must have a targetingKey/);
    expect(() => provider.track('checkout', { targetingKey: 'bob', kind: 5 }, {})).toThrow(/got 5/);
  });
});
