import { expect, test } from 'vitest';
import { freshApi } from '../support/api-app.ts';

/** Call by call: what the microservice's README tells to type, and what it says comes back. */
test.each([
  ['as it is written while keys are off', false],
  ['with a token while keys are on', true],
])('the Quick Test runs %s', async (_how, auth) => {
  const { url, tokens } = await freshApi({ auth });
  const headers: { readonly [name: string]: string } = auth ? { 'x-api-key': tokens.operator } : {};
  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(url + path, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed: unknown = text === '' ? undefined : JSON.parse(text);
    return [response.status, parsed] as const;
  };
  const newUi = {
    flag_name: 'new_ui',
    status: true,
    rollout_percentage: 50,
    description: 'New user interface',
  };
  const whole = {
    ...newUi,
    id: expect.any(Number),
    created_at: expect.any(String),
    updated_at: expect.any(String),
  };

  expect(await call('GET', '/health')).toEqual([
    200,
    { status: 'healthy', timestamp: expect.any(String), version: expect.any(String) },
  ]);
  expect(await call('POST', '/flags', newUi)).toEqual([201, expect.objectContaining(whole)]);
  expect(await call('POST', '/flags', { flag_name: 'dark_mode' })).toEqual([
    201,
    expect.objectContaining({ status: false, rollout_percentage: null, description: null }),
  ]);
  expect(await call('GET', '/flags')).toEqual([
    200,
    [expect.objectContaining({ flag_name: 'dark_mode' }), expect.objectContaining(whole)],
  ]);
  expect(await call('GET', '/flags/new_ui')).toEqual([200, expect.objectContaining(whole)]);
  expect(await call('PUT', '/flags/new_ui', { rollout_percentage: 100 })).toEqual([
    200,
    expect.objectContaining({ ...whole, rollout_percentage: 100 }),
  ]);
  expect(await call('GET', '/users/user123/flags')).toEqual([
    200,
    {
      user_id: 'user123',
      flags: [
        expect.objectContaining({ flag_name: 'dark_mode', enabled: false, description: null }),
        expect.objectContaining({ flag_name: 'new_ui', enabled: true, description: 'New user interface' }),
      ],
    },
  ]);
  expect(await call('GET', '/users/user123/flags/new_ui')).toEqual([
    200,
    expect.objectContaining({ flag_name: 'new_ui', enabled: true }),
  ]);
  expect(await call('DELETE', '/flags/new_ui')).toEqual([204, undefined]);
  expect(await call('GET', '/flags/new_ui')).toEqual([
    404,
    expect.objectContaining({ detail: expect.any(String) }),
  ]);
  expect(await call('GET', '/users/user123/flags/new_ui')).toEqual([
    404,
    expect.objectContaining({ detail: expect.any(String) }),
  ]);
});
