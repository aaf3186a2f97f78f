import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  importFormats,
  readFacts,
  type CsvOptions,
  type ImportFormat,
  type ProxyNaming,
  type ReadFactsOptions,
} from '@hourglass/facts';
import { apiDataset, catalogue, factsTarget, ingestTargets, type IngestTarget } from '@hourglass/query';
import { CommandError, printAnswer, type CommandContext } from '../command-context.ts';
import { askForCustomFields, readCustomValues } from '../custom-fields.ts';
import { importFile, type ImportTotals } from '../import-file.ts';
import { placeOf, withPlace, type PlaceOptions } from '../place-options.ts';

interface ImportOptions extends PlaceOptions {
  readonly dataset: string;
  readonly format: ImportFormat;
  readonly apiproxy: string | undefined;
  readonly apiproxyFromPath: number | undefined;
  readonly customField: readonly string[];
  readonly separator: string | undefined;
  readonly batchRows: number;
  readonly batchId: string | undefined;
  readonly onError: 'refuse' | 'skip';
}

/** `hourglass import FILE…`: facts from files or standard input, in batches that are each accepted whole. */
export function addImportCommand(program: Command, context: CommandContext): void {
  withPlace(program.command('import'))
    .description('bring facts in from files')
    .argument('<file...>', 'files to read; - is standard input, a name that ends in .gz is unpacked')
    .requiredOption('--dataset <name>', 'dataset of the facts, or the records of one', 'api')
    .addOption(
      new Option('--format <format>', 'how they are written').choices(importFormats).makeOptionMandatory(),
    )
    .addOption(
      new Option('--apiproxy <name>', 'combined: the proxy of every call').conflicts('apiproxyFromPath'),
    )
    .option(
      '--apiproxy-from-path <n>',
      'combined: the proxy is the nth segment of the path, from 1',
      wholeNumber,
    )
    .option(
      '--custom-field <name=value>',
      'combined: a custom field of every call; may be repeated',
      (text: string, earlier: readonly string[]) => [...earlier, text],
      [],
    )
    .option('--separator <character>', 'csv: what stands between cells (default: a comma)')
    .option('--batch-rows <n>', 'rows of a batch', wholeNumber, 50_000)
    .option('--batch-id <id>', 'makes the import repeatable: the same id and rows are accepted once')
    .addOption(
      new Option('--on-error <what>', 'refuse a batch with a bad row, or skip the row')
        .choices(['refuse', 'skip'])
        .default('refuse'),
    )
    .action(async (files: string[], options: ImportOptions) => {
      const target = targetOf(options);
      const reading = await readingOf(options, target, context);
      const importId = options.batchId ?? randomUUID();
      const totals: ImportTotals = { accepted: 0, rejected: 0, batches: 0 };
      for (const [index, file] of files.entries()) {
        const facts = readFacts(open(file, context), reading);
        await importFile(context, { name: file, facts }, totals, {
          ...placeOf(options),
          dataset: target.name,
          onError: options.onError,
          batchRows: options.batchRows,
          batchIdPrefix: `${importId}-${index + 1}`,
        });
      }
      printAnswer(context, totals, summary(totals));
    });
}

function targetOf({ dataset: name, format }: ImportOptions): IngestTarget {
  const targets = ingestTargets(catalogue);
  const target = targets.get(name);
  if (target === undefined) {
    throw new CommandError(
      `--dataset: no dataset "${name}"; expected one of ${[...targets.keys()].join(', ')}`,
    );
  }
  if (format === 'combined' && name !== apiDataset.name) {
    throw new CommandError('--format combined: an access log holds facts of the dataset "api"');
  }
  return target;
}

/** How the files are read. Only where the types of custom fields decide, the API is asked for them. */
async function readingOf(
  options: ImportOptions,
  target: IngestTarget,
  context: CommandContext,
): Promise<ReadFactsOptions> {
  const { format, customField, separator } = options;
  const proxy = proxyOf(options);
  if (format !== 'combined' && customField.length > 0) {
    throw new CommandError(`--custom-field goes with --format combined; in ${format} every fact has its own`);
  }
  switch (format) {
    case 'ndjson':
      return { format };
    case 'csv':
      return { format, separator, ...(await withDeclaredFields(target, options, context)) };
    case 'combined': {
      if (customField.length === 0) return { format, proxy };
      const declared = await askForCustomFields(context, placeOf(options), apiDataset);
      return { format, proxy, customValues: readCustomValues(customField, declared) };
    }
    default:
      return format satisfies never;
  }
}

/** Records have no custom fields. */
async function withDeclaredFields(
  target: IngestTarget,
  options: ImportOptions,
  context: CommandContext,
): Promise<CsvOptions> {
  if (target.kind === 'records') return { target };
  const { dataset, undeclaredFields } = await askForCustomFields(context, placeOf(options), target.dataset);
  return { target: factsTarget(dataset), undeclaredFields };
}

function proxyOf({ format, apiproxy, apiproxyFromPath }: ImportOptions): ProxyNaming | null {
  if (format !== 'combined' && (apiproxy !== undefined || apiproxyFromPath !== undefined)) {
    throw new CommandError(`--apiproxy and --apiproxy-from-path go with --format combined, not ${format}`);
  }
  if (apiproxy !== undefined) return { kind: 'fixed', name: apiproxy };
  return apiproxyFromPath === undefined ? null : { kind: 'path', segment: apiproxyFromPath };
}

function open(file: string, context: CommandContext): Readable {
  if (file === '-') return context.input;
  const stream = createReadStream(file);
  if (!file.endsWith('.gz')) return stream;
  const unpacked = createGunzip();
  stream.on('error', (error) => unpacked.destroy(error));
  return stream.pipe(unpacked);
}

function summary({ accepted, rejected, batches }: ImportTotals): string {
  const inBatches = `${accepted} facts in ${batches} ${batches === 1 ? 'batch' : 'batches'}`;
  return rejected === 0 ? `accepted ${inBatches}` : `accepted ${inBatches}, left out ${rejected} bad rows`;
}

function wholeNumber(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('expected a whole number from 1');
}
