import { Option, type Command } from 'commander';
import {
  importFormats,
  readFacts,
  type CsvOptions,
  type ImportFormat,
  type ProxyNaming,
  type ReadFactsOptions,
} from '@hourglass/facts';
import {
  apiDataset,
  catalogue,
  factsTarget,
  ingestTargets,
  type IngestTarget,
} from '@hourglass/query/catalogue';
import { batchIdsByContent, batchIdsByName, newBatchIds, type BatchIds } from '../batch-ids.ts';
import { counted, printResult, type CommandContext } from '../command-context.ts';
import { UsageError } from '../command-error.ts';
import { fetchCustomFields, readCustomValues } from '../custom-fields.ts';
import { importFile, type ImportTotals } from '../import-file.ts';
import { placeOf, positiveWholeNumber, separator, withPlace, type PlaceOptions } from '../options.ts';
import { openInput } from '../open-input.ts';
import { inputName } from '../read-text.ts';

interface ImportOptions extends PlaceOptions {
  readonly dataset: string;
  readonly format: ImportFormat;
  readonly apiproxy: string | undefined;
  readonly apiproxyFromPath: number | undefined;
  readonly customField: readonly string[];
  readonly separator: string | undefined;
  readonly batchRows: number;
  readonly batchId: string | undefined;
  readonly again: true | undefined;
  readonly onError: 'refuse' | 'skip';
}

/** `hourglass import FILE…`: sends facts or records in batches, each accepted as a whole. */
export function configureImport(command: Command, context: CommandContext): void {
  withImportOptions(withPlace(command))
    .argument('<file...>', 'files to read, plain or gzip; - for standard input')
    .action(async (files: string[], options: ImportOptions) => {
      const target = targetOf(options);
      const reading = await readOptionsOf(options, target, context);
      const batchIds = batchIdsOf(options, target);
      const totals = { accepted: 0, batches: 0, rejected: 0, repeatedFacts: 0, repeatedBatches: 0 };
      for (const [index, file] of files.entries()) {
        const facts = readFacts(openInput(file, context), reading);
        await importFile(context, { name: inputName(file), number: index + 1, facts }, totals, {
          ...placeOf(options),
          dataset: target.name,
          onError: options.onError,
          batchRows: options.batchRows,
          batchIds,
        });
      }
      printResult(context, totals, summary(totals));
    });
}

function withImportOptions(command: Command): Command {
  return command
    .requiredOption(
      '--dataset <name>',
      'dataset of facts, such as api, or records, such as orders.grants',
      'api',
    )
    .addOption(
      new Option('--format <format>', 'format of the files').choices(importFormats).makeOptionMandatory(),
    )
    .addOption(
      new Option('--apiproxy <name>', 'combined: API proxy of all calls').conflicts('apiproxyFromPath'),
    )
    .option(
      '--apiproxy-from-path <n>',
      'combined: take the API proxy from the nth segment of the path, from 1',
      positiveWholeNumber,
    )
    .option(
      '--custom-field <name=value>',
      'combined: custom field of all calls; repeatable',
      (text: string, earlier: readonly string[]) => [...earlier, text],
      [],
    )
    .option(
      '--separator <character>',
      'csv: separator of the cells, such as ; or \\t (default: a comma)',
      separator,
    )
    .option('--batch-rows <n>', 'rows per batch', positiveWholeNumber, 50_000)
    .option(
      '--batch-id <id>',
      'accept the rows once per id, whatever they contain (default: once per content)',
    )
    .addOption(
      new Option('--again', 'store the rows once more, even if they were imported before').conflicts(
        'batchId',
      ),
    )
    .addOption(
      new Option('--on-error <action>', 'refuse a batch with a bad row, or skip the row')
        .choices(['refuse', 'skip'])
        .default('refuse'),
    );
}

function targetOf({ dataset: name, format }: ImportOptions): IngestTarget {
  const targets = ingestTargets(catalogue);
  const target = targets.get(name);
  if (target === undefined) {
    throw new UsageError(
      `--dataset ${name}: unknown dataset; expected one of ${[...targets.keys()].join(', ')}`,
    );
  }
  if (format === 'combined' && name !== apiDataset.name) {
    throw new UsageError(`--dataset ${name}: not possible with --format combined; expected api`);
  }
  return target;
}

function batchIdsOf({ batchId, again }: ImportOptions, target: IngestTarget): BatchIds {
  if (again === true) return newBatchIds();
  return batchId === undefined ? batchIdsByContent(target.name) : batchIdsByName(batchId);
}

/** Fetches the custom fields from the API only if the format needs their types. */
async function readOptionsOf(
  options: ImportOptions,
  target: IngestTarget,
  context: CommandContext,
): Promise<ReadFactsOptions> {
  const { format, customField, separator } = options;
  const proxy = proxyOf(options);
  if (format !== 'combined' && customField.length > 0) {
    throw new UsageError(
      `--custom-field: not possible with --format ${format}, whose rows have their own; expected combined`,
    );
  }
  switch (format) {
    case 'ndjson':
      return { format };
    case 'csv':
      return { format, separator, ...(await withDeclaredFields(target, options, context)) };
    case 'combined': {
      if (customField.length === 0) return { format, proxy };
      const declared = await fetchCustomFields(context, placeOf(options), apiDataset);
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
  const { dataset, undeclaredFields } = await fetchCustomFields(context, placeOf(options), target.dataset);
  return { target: factsTarget(dataset), undeclaredFields };
}

function proxyOf({ format, apiproxy, apiproxyFromPath }: ImportOptions): ProxyNaming | null {
  if (format !== 'combined' && (apiproxy !== undefined || apiproxyFromPath !== undefined)) {
    throw new UsageError(
      `--apiproxy, --apiproxy-from-path: not possible with --format ${format}; expected combined`,
    );
  }
  if (apiproxy !== undefined) return { kind: 'fixed', name: apiproxy };
  return apiproxyFromPath === undefined ? null : { kind: 'path', segment: apiproxyFromPath };
}

function summary({ accepted, batches, rejected, repeatedFacts, repeatedBatches }: ImportTotals): string {
  const repeated = inBatches(repeatedFacts, repeatedBatches);
  if (batches === 0 && repeatedBatches > 0) {
    return `already imported, nothing stored: ${repeated}; --again stores them once more`;
  }
  return [
    `accepted ${inBatches(accepted, batches)}`,
    ...(repeatedBatches === 0 ? [] : [`already imported ${repeated}`]),
    ...(rejected === 0 ? [] : [`skipped ${counted(rejected, 'bad row')}`]),
  ].join(', ');
}

function inBatches(facts: number, batches: number): string {
  return `${counted(facts, 'fact')} in ${counted(batches, 'batch', 'batches')}`;
}
