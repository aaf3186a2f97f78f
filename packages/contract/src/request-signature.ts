import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A parameter of a query string, unescaped. */
export type QueryParameter = readonly [name: string, value: string];

/** What of a request its signature is about. */
export interface SignedContent {
  readonly method: string;
  /** As it was sent. */
  readonly path: string;
  /** Null: the request has none. */
  readonly body: { readonly contentType: string; readonly bytes: Uint8Array } | null;
  /** Seconds since 1970, as the text that was sent. */
  readonly expires: string;
  /** In the order sent, without those that carry the signature. */
  readonly parameters: readonly QueryParameter[];
}

/** The query string of a signed request, taken apart. */
export interface SignedQuery extends Pick<SignedContent, 'expires' | 'parameters'> {
  readonly accesskeyId: string;
  readonly signature: string;
}

/** They carry the signature and are no part of what is signed. */
const carriers = ['accesskey_id', 'expires', 'signature'] as const;
const maxValiditySeconds = 86_400;

/**
 * Reads what follows the `?` of a URL. Null when it can belong to no signed request: one of the three parameters
 * of the signature is missing, a parameter is there twice, an escape is broken, or unescaped it would be signed like
 * other parameters (`a=1%26b=2` reads as `a=1&b=2`).
 */
export function readSignedQuery(query: string): SignedQuery | null {
  const all = query.split('&').map(readParameter);
  const byName = new Map<string, string>();
  const parameters: QueryParameter[] = [];
  for (const parameter of all) {
    if (parameter === null || byName.has(parameter[0])) return null;
    byName.set(...parameter);
    if (!isCarrier(parameter[0])) parameters.push(parameter);
  }
  const [accesskeyId, expires, signature] = carriers.map((name) => byName.get(name));
  if (accesskeyId === undefined || expires === undefined || signature === undefined) return null;
  return { accesskeyId, expires, signature, parameters };
}

/** Whether a signature that expires then is good now: not yet over, and at most 24 hours ahead. */
export function isValidAt(expires: string, nowMs: number): boolean {
  if (!/^\d{1,12}$/.test(expires)) return false;
  const remainingSeconds = Number(expires) - nowMs / 1000;
  return remainingSeconds > 0 && remainingSeconds <= maxValiditySeconds;
}

/** The signature in base64, over the parameters sorted by name. */
export function signatureOf(content: SignedContent, secret: string): string {
  return hmac(stringToSign(content, sorted(content.parameters)), secret);
}

/**
 * Whether the signature was made with this secret, over the parameters sorted by name or in the order sent: there
 * are clients of both kinds. Takes as long for a wrong signature as for a right one.
 */
export function isSignedWith(content: SignedContent, signature: string, secret: string): boolean {
  const ofSorted = isSame(signature, signatureOf(content, secret));
  const ofSent = isSame(signature, hmac(stringToSign(content, content.parameters), secret));
  return ofSorted || ofSent;
}

/** Path and query of a signed request. */
export function signedPath(content: SignedContent, accesskeyId: string, secret: string): string {
  const all: QueryParameter[] = [
    ...content.parameters,
    ['accesskey_id', accesskeyId],
    ['expires', content.expires],
    ['signature', signatureOf(content, secret)],
  ];
  const escaped = all.map((parameter) => parameter.map(encodeURIComponent).join('='));
  return `${content.path}?${escaped.join('&')}`;
}

/** Null for what has no `=`, no name, a broken escape, or an `&` or `=` where it would change what is signed. */
export function readParameter(text: string): QueryParameter | null {
  const equals = text.indexOf('=');
  if (equals < 1) return null;
  try {
    const [name, value] = [text.slice(0, equals), text.slice(equals + 1)].map(unescapePart);
    if (name === undefined || value === undefined) return null;
    return /[&=]/.test(name) || value.includes('&') ? null : [name, value];
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

/** As forms are read: a plus is a space. @throws URIError */
function unescapePart(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

function stringToSign(content: SignedContent, parameters: readonly QueryParameter[]): string {
  const { method, path, body, expires } = content;
  const query = parameters.map((parameter) => parameter.join('=')).join('&');
  return [
    method,
    body === null ? '' : createHash('md5').update(body.bytes).digest('base64'),
    body === null ? '' : body.contentType,
    expires,
    query === '' ? path : `${path}?${query}`,
  ].join('\n');
}

/** SHA-1, and MD5 above, because the contract has them; as a keyed hash SHA-1 is still sound. */
function hmac(text: string, secret: string): string {
  return createHmac('sha1', secret).update(text).digest('base64');
}

/** As texts: base64 has several spellings of the same bytes, and a changed one is a changed request. */
function isSame(given: string, expected: string): boolean {
  const expectedBytes = Buffer.from(expected);
  const givenBytes = Buffer.from(given);
  const comparable =
    givenBytes.length === expectedBytes.length ? givenBytes : Buffer.alloc(expectedBytes.length);
  return timingSafeEqual(comparable, expectedBytes);
}

function sorted(parameters: readonly QueryParameter[]): QueryParameter[] {
  return parameters.toSorted(([one], [other]) => (one < other ? -1 : 1));
}

function isCarrier(name: string): boolean {
  return carriers.some((carrier) => carrier === name);
}
