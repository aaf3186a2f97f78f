import { createCombinedParser } from './combined.ts';
import { readCsv } from './csv.ts';
import type { CsvOptions } from './csv.ts';
import { parseNdjsonLine } from './ndjson.ts';
import { splitLines } from './lines.ts';
import type { Line } from './lines.ts';
import type { ProxyNaming } from './name-proxy.ts';
import type { RawFact } from './raw-fact.ts';
import { createUserAgentReader } from './user-agent.ts';

export const importFormats = ['ndjson', 'combined', 'csv'] as const;
export type ImportFormat = (typeof importFormats)[number];

export type ReadFactsOptions =
  | { readonly format: 'ndjson' }
  | ({ readonly format: 'csv' } & CsvOptions)
  /** Facts of the `api` dataset. `customValues` are added to each. */
  | {
      readonly format: 'combined';
      readonly proxy: ProxyNaming | null;
      readonly customValues?: Readonly<Record<string, unknown>>;
    };

/**
 * Yields the rows of a file as they are read, each with its line number. Fields are not checked
 * here, but by the API that ingests the rows. Throws errors of the stream.
 */
export function readFacts(stream: AsyncIterable<Buffer>, options: ReadFactsOptions): AsyncGenerator<RawFact> {
  switch (options.format) {
    case 'ndjson':
      return parseLines(stream, parseNdjsonLine);
    case 'csv':
      return readCsv(stream, options);
    case 'combined':
      return parseLines(
        stream,
        createCombinedParser(createUserAgentReader(), options.proxy, options.customValues),
      );
  }
  return options satisfies never;
}

async function* parseLines(
  stream: AsyncIterable<Buffer>,
  parse: (line: Line) => RawFact,
): AsyncGenerator<RawFact> {
  for await (const lines of splitLines(stream)) {
    for (const line of lines) yield parse(line);
  }
}
