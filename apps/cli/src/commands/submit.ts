import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { queryExplanation, type QueryExplanation } from '@hourglass/contract';
import { environmentPath } from '../api-client.ts';
import { printResult, type CommandContext } from '../command-context.ts';
import { placeOf, withPlace, type PlaceOptions } from '../options.ts';
import { withQueryWords, withWords, type QueryWords } from '../query-words.ts';
import { readJson } from '../read-json.ts';

interface SubmitOptions extends PlaceOptions, QueryWords {
  readonly dryRun?: true;
  readonly idempotencyKey?: string;
}

/** `hourglass submit [FILE]`: prints the id of the query, or with `--dry-run` its estimated cost. */
export function configureSubmit(command: Command, context: CommandContext): void {
  withQueryWords(withPlace(command))
    .argument('[file]', 'JSON body of the query, whose properties the options replace; - for standard input')
    .option('--dry-run', 'print what the query would read, without submitting it')
    .option('--idempotency-key <key>', 'submit once per key within 24 hours (default: a random key)')
    .action(async (file: string | undefined, options: SubmitOptions) => {
      const body = withWords(file === undefined ? {} : await readJson(file, context), options);
      if (options.dryRun === true) {
        const explanation = await context.api().call({
          method: 'POST',
          path: `${environmentPath(placeOf(options))}/queries?dryRun=true`,
          body,
          response: queryExplanation,
        });
        printResult(context, explanation, describe(explanation));
        return;
      }
      const status = await context
        .api()
        .submit(placeOf(options), body, options.idempotencyKey ?? randomUUID());
      const id = status.self.slice(status.self.lastIndexOf('/') + 1);
      printResult(context, { id, ...status }, id);
    });
}

function describe(explanation: QueryExplanation): string {
  const {
    rowsScanned,
    bytesScanned,
    segments,
    hotFacts,
    estimatedGroups,
    estimatedSeconds,
    engine,
    equalQuery,
  } = explanation;
  return [
    `rows scanned: ${rowsScanned}`,
    `bytes scanned: ${bytesScanned}`,
    `segments: ${segments.scanned} of ${segments.live}`,
    `hot facts: ${hotFacts.exact ? '' : 'about '}${hotFacts.rows}`,
    `groups: ${estimatedGroups === null ? 'unknown' : `about ${estimatedGroups}`}`,
    `seconds: about ${estimatedSeconds}`,
    ...(engine === undefined ? [] : [`engine: ${engine.name}. ${engine.reason}`]),
    ...(equalQuery === undefined ? [] : [`shares the result of an equal query, which is ${equalQuery}`]),
  ].join('\n');
}
