import { createHash, createHmac } from 'node:crypto';

export type Parameters = readonly (readonly [name: string, value: string])[];

/** A request with its signature, before its parameters are escaped. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly parameters: Parameters;
}

export interface ToSign {
  readonly method?: string;
  readonly path?: string;
  /** Seconds since 1970. Default: in ten minutes. */
  readonly expires?: number;
  readonly parameters?: Parameters;
  readonly body?: { readonly contentType: string; readonly text: string };
  /** Keeps the order of the parameters instead of sorting them, as one public client does. */
  readonly asSent?: boolean;
}

export const ordersPath = '/openapi/v1/alg/orders';

/** Signs as the contract says, without the program's code. */
export function signRequest(
  key: { readonly accesskeyId: string; readonly secret: string },
  request: ToSign = {},
): SignedRequest {
  const { method = 'GET', path = ordersPath, parameters = [], body, asSent = false } = request;
  const expires = String(request.expires ?? Math.floor(Date.now() / 1000) + 600);
  const ordered = asSent ? parameters : parameters.toSorted(([one], [other]) => (one < other ? -1 : 1));
  const query = ordered.map(([name, value]) => `${name}=${value}`).join('&');
  const md5 = body === undefined ? '' : createHash('md5').update(body.text).digest('base64');
  const resource = query === '' ? path : `${path}?${query}`;
  const text = `${method}\n${md5}\n${body?.contentType ?? ''}\n${expires}\n${resource}`;
  const signature = createHmac('sha1', key.secret).update(text).digest('base64');
  const carried: Parameters = [
    ['accesskey_id', key.accesskeyId],
    ['expires', expires],
    ['signature', signature],
  ];
  return { method, path, parameters: [...parameters, ...carried] };
}

/** Returns the escaped path and query. */
export function targetOf({ path, parameters }: SignedRequest): string {
  const escaped = parameters.map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  return `${path}?${escaped.join('&')}`;
}

type Tampering = (request: SignedRequest) => SignedRequest;

/** Changes that are possible without the secret. */
export const tamperings: Readonly<Record<string, Tampering>> = {
  'another method': (request) => ({ ...request, method: request.method === 'GET' ? 'POST' : 'GET' }),
  'a longer path': (request) => ({ ...request, path: `${request.path}/` }),
  'an added parameter': (request) => ({ ...request, parameters: [['added', '1'], ...request.parameters] }),
  'an added empty parameter': (request) => ({
    ...request,
    parameters: [...request.parameters, ['added', '']],
  }),
  'its first parameter missing': (request) => ({ ...request, parameters: request.parameters.slice(1) }),
  'its first parameter twice': ({ parameters, ...request }) => ({
    ...request,
    parameters: [...parameters, ...parameters.slice(0, 1)],
  }),
  'its first parameter changed': changed(0, (value) => `${value}1`),
  'its access key changed': changed(-3, (value) => `${value}x`),
  'its access key missing': without(-3),
  'a later end': changed(-2, (value) => String(Number(value) + 1)),
  'its end missing': without(-2),
  'its signature missing': without(-1),
  'a changed signature': changed(-1, (value) =>
    value.startsWith('A') ? `B${value.slice(1)}` : `A${value.slice(1)}`,
  ),
  'its signature without padding': changed(-1, (value) => value.slice(0, -1)),
  'an empty signature': changed(-1, () => ''),
  'its signature twice': ({ parameters, ...request }) => ({
    ...request,
    parameters: [...parameters, ...parameters.slice(-1)],
  }),
  'two parameters hidden in one': ({ parameters, ...request }) => {
    const [[name, value] = ['', ''], hidden = ['', ''], ...rest] = parameters;
    return { ...request, parameters: [[name, `${value}&${hidden.join('=')}`], ...rest] };
  },
};

function changed(index: number, change: (value: string) => string): Tampering {
  return ({ parameters, ...request }) => {
    const [name = '', value = ''] = parameters.at(index) ?? [];
    return { ...request, parameters: parameters.with(index, [name, change(value)]) };
  };
}

function without(index: number): Tampering {
  return ({ parameters, ...request }) => {
    const removed = parameters.at(index);
    return { ...request, parameters: parameters.filter((parameter) => parameter !== removed) };
  };
}
