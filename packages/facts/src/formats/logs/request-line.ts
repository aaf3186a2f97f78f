const requestWithProtocol = /^([\w!#$%&'*+.^`|~-]+) (?:(.+) )?HTTP\/\d+(?:\.\d+)?$/s;
const requestWithoutProtocol = /^([\w!#$%&'*+.^`|~-]+) (\/.*)$/s;

/** Reads `GET /a?b HTTP/1.1`. Verb and target are null if the request is unreadable. */
export function readRequest(request: string): { verb: string | null; uri: string | null } {
  const match = requestWithProtocol.exec(request) ?? requestWithoutProtocol.exec(request);
  return { verb: match?.[1] ?? null, uri: match?.[2] ?? null };
}

/** Returns the path of a request target. Clients of a proxy put the scheme and host before it. */
export function pathOf(uri: string): string {
  const queryStart = uri.indexOf('?');
  const path = queryStart < 0 ? uri : uri.slice(0, queryStart);
  return path.replace(/^https?:\/\/[^/]*(?=\/|$)/i, '') || '/';
}
