import type { ConnectSite, SiteClient } from '../../../demo/site-client.ts';

/** The program's own interfaces, over HTTP as every client has them. */
export interface PublicApi {
  /** The JSON of a 200. @throws PublicApiError for any other status */
  get(path: string): Promise<unknown>;
}

export class PublicApiError extends Error {
  override readonly name = 'PublicApiError';
}

/** Says that it is no listener, so that no experiment counts what a proof looks at. */
const PROOF_AGENT = 'dj-toggle-walkthrough-bot/1.0';

export interface PublicApiConnection extends PublicApi {
  close(): Promise<void>;
}

/** @param token of a viewer; undefined with AUTH=off */
export function createPublicApi(
  connect: ConnectSite,
  origin: string,
  token: string | undefined,
): PublicApiConnection {
  let connecting: Promise<SiteClient> | undefined;
  return {
    async get(path) {
      connecting ??= connect(origin);
      const client = await connecting;
      const { status, body } = await client.send({
        method: 'GET',
        path,
        headers: {
          accept: 'application/json',
          'user-agent': PROOF_AGENT,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
      });
      if (status !== 200) throw new PublicApiError(`GET ${path} was answered with ${status}`);
      return JSON.parse(body);
    },
    async close() {
      const client = await connecting;
      await client?.close();
    },
  };
}
