import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A decoded parameter of a query string. */
export type QueryParameter = readonly [name: string, value: string];

/** The parts of a request that its signature covers. */
export interface SignedContent {
  readonly method: string;
  /** As sent. */
  readonly path: string;
  /** Null: no body. */
  readonly body: { readonly contentType: string; readonly bytes: Uint8Array } | null;
  /** Seconds since 1970, as sent. */
  readonly expires: string;
  /** In the order sent, without the three that carry the signature. */
  readonly parameters: readonly QueryParameter[];
}

/** The parsed query string of a signed request. */
export interface SignedQuery extends Pick<SignedContent, 'expires' | 'parameters'> {
  readonly accesskeyId: string;
  readonly signature: string;
}

/** Parameters that carry the signature and are not covered by it. */
const carriers = ['accesskey_id', 'expires', 'signature'] as const;
const maxValiditySeconds = 86_400;

/**
 * Parses the part of a URL after the `?`. Returns null if no signed request can have it: one of the
 * three parameters of the signature is missing, a parameter is repeated, an escape is invalid, or
 * the decoded text would be ambiguous (`a=1%26b=2` decodes to `a=1&b=2`).
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

/** Whether the expiry, in seconds since 1970, lies in the future and at most 24 hours ahead. */
export function isValidAt(expires: string, nowMs: number): boolean {
  if (!/^\d{1,12}$/.test(expires)) return false;
  const remainingSeconds = Number(expires) - nowMs / 1000;
  return remainingSeconds > 0 && remainingSeconds <= maxValiditySeconds;
}

/** Signs the request, with its parameters sorted by name. Returns base64. */
export function signatureOf(content: SignedContent, secret: string): string {
  return hmac(stringToSign(content, sorted(content.parameters)), secret);
}

/**
 * Whether the signature was made with this secret, over the parameters sorted by name or in the
 * order sent, because clients exist for both. Takes equally long for a wrong signature and a right
 * one.
 */
export function isSignedWith(content: SignedContent, signature: string, secret: string): boolean {
  const ofSorted = isSame(signature, signatureOf(content, secret));
  const ofSent = isSame(signature, hmac(stringToSign(content, content.parameters), secret));
  return ofSorted || ofSent;
}

/** Builds the path and query string of a signed request. */
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

/**
 * Returns null without an `=` or a name, for an invalid escape, and for a decoded `&` or `=` that
 * makes the signed text ambiguous.
 */
export function readParameter(text: string): QueryParameter | null {
  const equals = text.indexOf('=');
  if (equals < 1) return null;
  try {
    const [name, value] = [text.slice(0, equals), text.slice(equals + 1)].map(decodePart);
    if (name === undefined || value === undefined) return null;
    return /[&=]/.test(name) || value.includes('&') ? null : [name, value];
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

/** Decodes like a form: a plus is a space. @throws URIError */
function decodePart(text: string): string {
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

/** SHA-1, and MD5 above, because the contract requires them; as an HMAC, SHA-1 is still sound. */
function hmac(text: string, secret: string): string {
  return createHmac('sha1', secret).update(text).digest('base64');
}

/**
 * Compares text, not bytes: base64 can spell the same bytes in several ways, and only one is the
 * signature.
 */
function isSame(signature: string, expected: string): boolean {
  const expectedBytes = Buffer.from(expected);
  const signatureBytes = Buffer.from(signature);
  const comparable =
    signatureBytes.length === expectedBytes.length ? signatureBytes : Buffer.alloc(expectedBytes.length);
  return timingSafeEqual(comparable, expectedBytes);
}

function sorted(parameters: readonly QueryParameter[]): QueryParameter[] {
  return parameters.toSorted(([one], [other]) => (one < other ? -1 : 1));
}

function isCarrier(name: string): boolean {
  return carriers.some((carrier) => carrier === name);
}
