import type { Command } from 'commander';
import {
  batchList,
  deletedBatch,
  type BatchList,
  type BatchView,
  type DeletedBatch,
} from '@hourglass/contract';
import { counted } from '@hourglass/contract/messages';
import { environmentPath } from '../api-client.ts';
import { printResult, type CommandContext } from '../command-context.ts';
import { confirm, withConfirmation, type ConfirmOptions } from '../confirm.ts';
import { placeOf, positiveWholeNumber, withPlace, type PlaceOptions } from '../options.ts';

/** `hourglass batches`. */
export function configureBatches(batches: Command, context: CommandContext): void {
  addListCommand(batches, context);
  addDeleteCommand(batches, context);
}

interface ListOptions extends PlaceOptions {
  readonly dataset?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
}

const maxPageSize = 1000;

/** Columns: time, dataset, id, facts, time of the first and the last fact, e-mail address. */
function addListCommand(batches: Command, context: CommandContext): void {
  withPlace(batches.command('list'))
    .description('list batches, newest first')
    .option('--dataset <name>', 'dataset or record set of the batches')
    .option('--from <time>', 'created at or after this time')
    .option('--to <time>', 'created before this time')
    .option('--limit <n>', 'maximum number of batches', positiveWholeNumber, 100)
    .action(async (options: ListOptions) => {
      const listed = await fetchBatches(options, context);
      const lines = listed.batches.map(lineOf);
      const more =
        listed.nextPageToken === undefined ? [] : ['more batches exist; raise --limit to see them'];
      printResult(context, listed, lines.length === 0 ? 'no batches' : [...lines, ...more].join('\n'));
    });
}

async function fetchBatches(options: ListOptions, context: CommandContext): Promise<BatchList> {
  const { dataset, from, to, limit } = options;
  const filter = Object.entries({ dataset, from, to }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const found: BatchView[] = [];
  let pageToken: string | undefined;
  do {
    const pageSize = String(Math.min(limit - found.length, maxPageSize));
    const page = pageToken === undefined ? { pageSize } : { pageSize, pageToken };
    const parameters = new URLSearchParams([...filter, ...Object.entries(page)]);
    const list = await context.api().call({
      method: 'GET',
      path: `${batchesPath(options)}?${parameters.toString()}`,
      response: batchList,
    });
    found.push(...list.batches);
    pageToken = list.nextPageToken;
  } while (pageToken !== undefined && found.length < limit);
  return { batches: found, ...(pageToken === undefined ? {} : { nextPageToken: pageToken }) };
}

function lineOf(view: BatchView): string {
  const { created, dataset, batch, facts, firstTimestamp, lastTimestamp, createdBy } = view;
  const range = [firstTimestamp ?? '-', lastTimestamp ?? '-'];
  return [created, dataset, batch, facts, ...range, createdBy ?? '-'].join('\t');
}

interface DeleteOptions extends PlaceOptions, ConfirmOptions {
  readonly dataset?: string;
}

function addDeleteCommand(batches: Command, context: CommandContext): void {
  withConfirmation(withPlace(batches.command('delete')))
    .description('delete exactly the facts of one batch')
    .argument('<id>', 'id of the batch')
    .option('--dataset <name>', 'dataset of the batch, if several have a batch of this id')
    .action(async (id: string, options: DeleteOptions) => {
      const { dataset } = options;
      const remove = (more: Readonly<Record<string, string>>) => {
        const parameters = new URLSearchParams({ ...(dataset === undefined ? {} : { dataset }), ...more });
        return context.api().call({
          method: 'DELETE',
          path: `${batchesPath(options)}/${encodeURIComponent(id)}?${parameters.toString()}`,
          response: deletedBatch,
        });
      };
      if (options.yes !== true) {
        const found = await remove({ dryRun: 'true' });
        await confirm(`deletes ${factsOf(found)} of ${found.dataset}: the batch ${id}`, options, context);
      }
      const deleted = await remove({});
      printResult(context, deleted, `deleted ${factsOf(deleted)} of ${deleted.dataset}`);
    });
}

function factsOf({ facts }: DeletedBatch): string {
  return facts === null ? 'the facts, which could not be counted,' : counted(facts, 'fact');
}

function batchesPath(options: PlaceOptions): string {
  return `${environmentPath(placeOf(options))}/batches`;
}
