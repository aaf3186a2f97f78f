import type { ImportFormat } from './read-facts.ts';

const namedFormats: readonly (readonly [ending: RegExp, format: ImportFormat])[] = [
  [/\.csv(?:\.gz)?$/i, 'csv'],
  [/\.(?:ndjson|jsonl)(?:\.gz)?$/i, 'ndjson'],
  // Also access.log.2.gz, access.log-20261122, access_log.
  [/[._]log(?:[.-][^/]*)?$/i, 'auto'],
];

/** Returns the format that the name of a file tells, or null. */
export function formatOfFileName(name: string): ImportFormat | null {
  return namedFormats.find(([ending]) => ending.test(name))?.[1] ?? null;
}
