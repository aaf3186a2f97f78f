import { createHmac } from 'node:crypto';

export type Parameters = readonly (readonly [name: string, value: string])[];

export interface AccessKey {
  readonly accesskeyId: string;
  readonly secret: string;
}

export interface ToSign {
  readonly method?: string;
  readonly path?: string;
  readonly expires?: number;
  readonly parameters?: Parameters;
  /** In the order given, as one public client signs. */
  readonly asSent?: boolean;
}

export const ordersPath = '/openapi/v1/alg/orders';

/** Signs as the contract's page tells it, with none of the program's own code. Answers path and query. */
export function signedOrdersPath(key: AccessKey, request: ToSign = {}): string {
  const { method = 'GET', path = ordersPath, parameters = [], asSent = false } = request;
  const expires = request.expires ?? Math.floor(Date.now() / 1000) + 600;
  const ordered = asSent ? parameters : [...parameters].sort(([one], [other]) => (one < other ? -1 : 1));
  const query = ordered.map(([name, value]) => `${name}=${value}`).join('&');
  const resource = query === '' ? path : `${path}?${query}`;
  const text = `${method}\n\n\n${expires}\n${resource}`;
  const signature = createHmac('sha1', key.secret).update(text).digest('base64');
  return `${path}?${urlQuery([
    ...parameters,
    ['accesskey_id', key.accesskeyId],
    ['expires', String(expires)],
    ['signature', signature],
  ])}`;
}

export function urlQuery(parameters: Parameters): string {
  return parameters.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
}

export function wheres(...conditions: readonly unknown[]): readonly ['wheres', string] {
  return ['wheres', Buffer.from(JSON.stringify(conditions)).toString('base64')];
}
