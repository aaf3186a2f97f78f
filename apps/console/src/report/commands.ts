import type { ReportBody } from './report-body.ts';

export interface CommandTarget {
  /** URL of the API, without a trailing slash. */
  readonly origin: string;
  readonly organization: string;
  readonly environment: string;
}

export function jsonOf(body: ReportBody): string {
  return JSON.stringify(body, null, 2);
}

/** The request that the page sends, for a shell. `$TOKEN` is the caller's. */
export function curlCommand({ origin, organization, environment }: CommandTarget, body: ReportBody): string {
  const path = `/v1/organizations/${encodeURIComponent(organization)}/environments/${encodeURIComponent(environment)}/queries`;
  return [
    `curl -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\`,
    `  ${quoted(`${origin}${path}`)} \\`,
    `  -d ${quoted(jsonOf(body))}`,
  ].join('\n');
}

/** The same by the command line, which reads the body from its input. */
export function submitCommand({ organization, environment }: CommandTarget, body: ReportBody): string {
  return `hourglass submit --org ${quoted(organization)} --env ${quoted(environment)} - <<'REPORT'\n${jsonOf(body)}\nREPORT`;
}

/** Quotes a text for a POSIX shell. */
function quoted(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
