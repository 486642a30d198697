/** What a simulated browser sends to the site. */
export interface SiteRequest {
  readonly method: 'GET' | 'POST';
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface SiteResponse {
  readonly status: number;
  readonly body: string;
  /** `name=value` of each cookie that was set. */
  readonly cookies: readonly string[];
}

/** Connections to a running DJ Toggle. */
export interface SiteClient {
  send(request: SiteRequest): Promise<SiteResponse>;
  /** Cuts every connection; what is under way rejects. */
  close(): Promise<void>;
}

/** @param origin such as `http://127.0.0.1:3000` */
export type ConnectSite = (origin: string) => Promise<SiteClient>;

/** No more requests at a time than a handful of real browsers make. */
export const MAX_CONNECTIONS = 16;

/** Over real sockets, kept open between requests as browsers keep them. */
export const connectSite: ConnectSite = async (origin) => {
  const { Pool } = await import('undici');
  const pool = new Pool(origin, {
    connections: MAX_CONNECTIONS,
    headersTimeout: 15_000,
    bodyTimeout: 15_000,
  });
  return {
    async send({ method, path, headers, body }) {
      const response = await pool.request({
        method,
        path,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      const { 'set-cookie': set = [] } = response.headers;
      return {
        status: response.statusCode,
        body: await response.body.text(),
        cookies: [set].flat().map((cookie) => cookie.split(';', 1)[0] ?? ''),
      };
    },
    close: () => pool.destroy(),
  };
};
