import { parseApacheDefinition } from './logs/apache-definition.ts';
import { readCsv } from './csv.ts';
import type { CsvOptions } from './csv.ts';
import { compileLogFormat, type LogFormat } from './logs/log-format.ts';
import { createFormatGuide } from './logs/looks-like.ts';
import { createNamedFormats, logFormatNames, type LogFormatName } from './logs/named-formats.ts';
import { parseNginxDefinition } from './logs/nginx-definition.ts';
import type { ProxyNaming } from './logs/name-proxy.ts';
import { readLog } from './logs/read-log.ts';
import { createUserAgentReader } from './logs/user-agent.ts';
import { readNdjson } from './read-ndjson.ts';
import type { RawFact, UnfinishedLine } from './raw-fact.ts';

export { logFormatNames };
export const importFormats = ['auto', ...logFormatNames, 'ndjson', 'csv'] as const;
export type ImportFormat = (typeof importFormats)[number];

export type ReadFactsOptions =
  | { readonly format: 'ndjson' }
  | ({ readonly format: 'csv' } & CsvOptions)
  | ReadLogOptions;

/** Facts of the `api` dataset. `customValues` are added to each. */
export interface ReadLogOptions {
  /** `auto` recognises the format of each file. */
  readonly format: 'auto' | LogFormatName | LogFormat;
  readonly proxy: ProxyNaming | null;
  readonly customValues?: Readonly<Record<string, unknown>>;
}

/** Notices that are not faults. */
export interface ReadingObserver {
  /** Receives the format that was chosen for a log. */
  readonly onFormat?: (name: string) => void;
  /** Receives a last line without an end that is not a whole row. It is not yielded. */
  readonly onUnfinished?: (line: UnfinishedLine) => void;
}

/**
 * Yields the rows of a file as they are read, each with its line number, and those of a chunk as one
 * array. Fields are not checked here, but by the API that ingests the rows. Throws errors of the
 * stream.
 */
export function readFacts(
  stream: AsyncIterable<Uint8Array>,
  options: ReadFactsOptions,
  { onFormat = () => {}, onUnfinished = () => {} }: ReadingObserver = {},
): AsyncGenerator<readonly RawFact[]> {
  if (options.format === 'csv') return readCsv(stream, options);
  const looksLike = createFormatGuide();
  if (options.format === 'ndjson') return readNdjson(stream, { onUnfinished, looksLike });
  return readLog(stream, {
    formats: formatsOf(options.format),
    looksLike,
    readUserAgent: createUserAgentReader(),
    proxy: options.proxy,
    customValues: options.customValues ?? {},
    onFormat: ({ name }) => onFormat(name),
    onUnfinished,
  });
}

function formatsOf(format: ReadLogOptions['format']): readonly LogFormat[] {
  if (typeof format !== 'string') return [format];
  const named = createNamedFormats();
  return format === 'auto' ? [...named.values()].flat() : (named.get(format) ?? []);
}

/**
 * Reads a definition in the syntax of NGINX's `log_format` or Apache's `LogFormat`.
 * @throws LogDefinitionError
 */
export function parseLogFormat(definition: string): LogFormat {
  const isApache =
    /^\s*LogFormat\s/.test(definition) ||
    (!/^\s*log_format\s/.test(definition) &&
      /%[\d!,<>]*[{A-Za-z]/.test(definition) &&
      !/\$\w/.test(definition));
  const parse = isApache ? parseApacheDefinition : parseNginxDefinition;
  return compileLogFormat('--log-format', parse(definition));
}
