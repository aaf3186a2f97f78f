import type { AuditEventView } from '@hourglass/contract';

export const auditFilterNames = ['action', 'user', 'object', 'outcome', 'from', 'to'] as const;
export type AuditFilterName = (typeof auditFilterNames)[number];

/** Reads the filter in the URL as parameters of the API. Days are days in UTC; the last one is included. */
export function auditFilterOf(search: URLSearchParams): Readonly<Record<string, string>> {
  const parameters: Record<string, string> = {};
  for (const name of auditFilterNames) {
    const value = search.get(name)?.trim() ?? '';
    if (value !== '') parameters[name] = name === 'to' ? dayAfter(value) : value;
  }
  return parameters;
}

export function withFilter(search: URLSearchParams, name: AuditFilterName, value: string): URLSearchParams {
  const changed = new URLSearchParams(search);
  if (value === '') changed.delete(name);
  else changed.set(name, value);
  return changed;
}

/** Returns the details of an event and the id of its request, a line each; empty without any. */
export function detailsOf({ details, requestId }: Pick<AuditEventView, 'details' | 'requestId'>): string {
  const lines = Object.entries(details).map(([name, value]) => `${name}: ${textOf(value)}`);
  return [...lines, ...(requestId === null ? [] : [`requestId: ${requestId}`])].join('\n');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function dayAfter(day: string): string {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(ms) ? day : new Date(ms + 86_400_000).toISOString().slice(0, 10);
}
