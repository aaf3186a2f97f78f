import { Option, type Command } from 'commander';
import { readFacts } from '@hourglass/facts';
import { catalogue, ingestTargets, type IngestTarget } from '@hourglass/query/catalogue';
import { counted } from '@hourglass/contract/messages';
import { batchIdsByContent, batchIdsByName, newBatchIds, type BatchIds } from '../batch-ids.ts';
import { printResult, type CommandContext } from '../command-context.ts';
import { UsageError } from '../command-error.ts';
import { importFile, type ImportTotals } from '../import-file.ts';
import { placeOf, positiveWholeNumber, withPlace } from '../options.ts';
import { openInput, requireFiles, requireIntactGzip } from '../open-input.ts';
import { observerOf, readingsOf, withReadOptions, type ReadOptions } from '../read-options.ts';
import { inputName } from '../read-text.ts';

interface ImportOptions extends ReadOptions {
  readonly dataset: string;
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
      await requireFiles(files);
      const target = targetOf(options);
      const readings = await readingsOf(files, options, target, context);
      const batchIds = batchIdsOf(options, target);
      const totals = { accepted: 0, batches: 0, rejected: 0, repeatedFacts: 0, repeatedBatches: 0 };
      for (const [index, { file, reading }] of readings.entries()) {
        const facts = readFacts(openInput(file, context), reading, observerOf(file, reading, context));
        const requireIntact = () => requireIntactGzip(file, context);
        const source = { name: inputName(file), number: index + 1, facts, requireIntact };
        await importFile(context, source, totals, {
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
  return withReadOptions(command)
    .requiredOption(
      '--dataset <name>',
      'dataset of facts, such as api, or records, such as orders.grants',
      'api',
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

function targetOf({ dataset: name }: ImportOptions): IngestTarget {
  const targets = ingestTargets(catalogue);
  const target = targets.get(name);
  if (target === undefined) {
    throw new UsageError(
      `--dataset ${name}: unknown dataset; expected one of ${[...targets.keys()].join(', ')}`,
    );
  }
  return target;
}

function batchIdsOf({ batchId, again }: ImportOptions, target: IngestTarget): BatchIds {
  if (again === true) return newBatchIds();
  return batchId === undefined ? batchIdsByContent(target.name) : batchIdsByName(batchId);
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
