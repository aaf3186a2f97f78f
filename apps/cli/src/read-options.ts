import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  formatOfFileName,
  importFormats,
  LogDefinitionError,
  parseLogFormat,
  type CsvOptions,
  type ImportFormat,
  type LogFormat,
  type ProxyNaming,
  type ReadFactsOptions,
  type ReadingObserver,
  type ReadLogOptions,
} from '@hourglass/facts';
import { apiDataset, factsTarget, type IngestTarget } from '@hourglass/query/catalogue';
import type { CommandContext } from './command-context.ts';
import { UsageError } from './command-error.ts';
import { fetchCustomFields, readCustomValues } from './custom-fields.ts';
import { placeOf, positiveWholeNumber, separator, type PlaceOptions } from './options.ts';
import { inputName } from './read-text.ts';

/** The options of `import` that say how to read files. */
export interface ReadOptions extends PlaceOptions {
  readonly format: ImportFormat | undefined;
  readonly logFormat: LogFormat | undefined;
  readonly apiproxy: string | undefined;
  readonly apiproxyFromPath: number | undefined;
  readonly customField: readonly string[];
  readonly separator: string | undefined;
}

export function withReadOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--format <format>',
        'format of the files (default: auto for .log, else by the ending .ndjson or .csv)',
      ).choices(importFormats),
    )
    .addOption(
      new Option(
        '--log-format <definition>',
        "format of the files as NGINX's log_format or Apache's LogFormat has it",
      )
        .argParser(parseDefinition)
        .conflicts('format'),
    )
    .addOption(new Option('--apiproxy <name>', 'logs: API proxy of all calls').conflicts('apiproxyFromPath'))
    .option(
      '--apiproxy-from-path <n>',
      'logs: take the API proxy from the nth segment of the path, from 1',
      positiveWholeNumber,
    )
    .option(
      '--custom-field <name=value>',
      'logs: custom field of all calls; repeatable',
      (text: string, earlier: readonly string[]) => [...earlier, text],
      [],
    )
    .option(
      '--separator <character>',
      'csv: separator of the cells, such as ; or \\t (default: a comma)',
      separator,
    );
}

/** @throws InvalidArgumentError */
function parseDefinition(text: string): LogFormat {
  try {
    return parseLogFormat(text);
  } catch (error) {
    if (error instanceof LogDefinitionError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

/** How to read one of the files. */
export interface FileReading {
  readonly file: string;
  readonly reading: ReadFactsOptions;
}

/**
 * Returns how to read each of the files, in order. Custom fields are fetched from the API only if a
 * format needs their types.
 */
export async function readingsOf(
  files: readonly string[],
  options: ReadOptions,
  target: IngestTarget,
  context: CommandContext,
): Promise<readonly FileReading[]> {
  const formats = files.map((file) => options.logFormat ?? options.format ?? formatOfName(file));
  checkFormats(formats, options, target);
  const csv = formats.includes('csv') ? await csvOptions(target, options, context) : null;
  const log = formats.some(isLog) ? await logOptions(options, context) : null;
  const readingOf = (format: Format): ReadFactsOptions => {
    if (format === 'ndjson') return { format };
    if (format === 'csv') return { format, ...(csv ?? { target }) };
    return { format, ...(log ?? { proxy: null }) };
  };
  return files.map((file, index) => ({ file, reading: readingOf(formats[index] ?? 'auto') }));
}

/** Returns an observer that writes its notices to standard error. */
export function observerOf(
  file: string,
  { format }: ReadFactsOptions,
  { messages }: CommandContext,
): ReadingObserver {
  return {
    onFormat: (name) => {
      if (format === 'auto') messages.write(`${inputName(file)}: read as ${name}\n`);
    },
    onUnfinished: ({ line, reason }) => {
      messages.write(
        `${file}: line ${line} has no line end and was left out, because it may be half written: ${reason}\n`,
      );
    },
  };
}

type Format = ImportFormat | LogFormat;

function isLog(format: Format): format is Exclude<Format, 'csv' | 'ndjson'> {
  return format !== 'ndjson' && format !== 'csv';
}

function formatOfName(file: string): ImportFormat {
  const format = formatOfFileName(file);
  if (format !== null) return format;
  throw new UsageError(
    `${inputName(file)}: unknown format; expected --format, or a name that ends in .log, .ndjson or .csv`,
  );
}

/** @throws UsageError if an option or the dataset does not belong to a format. */
function checkFormats(formats: readonly Format[], options: ReadOptions, { name }: IngestTarget): void {
  if (name !== apiDataset.name && formats.some(isLog)) {
    throw new UsageError(`--dataset ${name}: not possible for an access log; expected api`);
  }
  const logOnly = [
    options.apiproxy !== undefined && '--apiproxy',
    options.apiproxyFromPath !== undefined && '--apiproxy-from-path',
    options.customField.length > 0 && '--custom-field',
  ].find((option) => option !== false);
  const other = formats.find((format) => format === 'csv' || format === 'ndjson');
  if (logOnly !== undefined && other !== undefined) {
    throw new UsageError(
      `${logOnly}: not possible with --format ${other}, whose rows have their own; expected an access log`,
    );
  }
  if (options.separator !== undefined && !formats.includes('csv')) {
    throw new UsageError('--separator: only for CSV; expected --format csv');
  }
}

/** Records have no custom fields. */
async function csvOptions(
  target: IngestTarget,
  options: ReadOptions,
  context: CommandContext,
): Promise<CsvOptions> {
  const { separator } = options;
  if (target.kind === 'records') return { target, separator };
  const { dataset, undeclaredFields } = await fetchCustomFields(context, placeOf(options), target.dataset);
  return { target: factsTarget(dataset), undeclaredFields, separator };
}

async function logOptions(
  options: ReadOptions,
  context: CommandContext,
): Promise<Omit<ReadLogOptions, 'format'>> {
  const { customField, logFormat } = options;
  if (logFormat !== undefined && logFormat.skippedVariables.length > 0) {
    context.messages.write(`--log-format: no field for ${logFormat.skippedVariables.join(', ')}; skipped\n`);
  }
  const proxy = proxyOf(options);
  if (customField.length === 0) return { proxy };
  const declared = await fetchCustomFields(context, placeOf(options), apiDataset);
  return { proxy, customValues: readCustomValues(customField, declared) };
}

function proxyOf({ apiproxy, apiproxyFromPath }: ReadOptions): ProxyNaming | null {
  if (apiproxy !== undefined) return { kind: 'fixed', name: apiproxy };
  return apiproxyFromPath === undefined ? null : { kind: 'path', segment: apiproxyFromPath };
}
