import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { exchangeRatesStored, maxRatesPerRequest } from '@hourglass/contract';
import { organizationPath } from '../../api-client.ts';
import { CommandError, printAnswer, type CommandContext } from '../../command-context.ts';
import { readRates, type RateFormat } from '../../read-rates.ts';

/** `hourglass admin exchange-rate import FILE`: a rate that is there already is replaced, so it can be repeated. */
export function addExchangeRateImportCommand(exchangeRate: Command, context: CommandContext): void {
  exchangeRate
    .command('import')
    .description('store exchange rates from a file')
    .argument('<file>', 'ends in .csv or .ndjson; fields: day, currency, targetCurrency, rate')
    .requiredOption('--org <organization>', 'organization')
    .action(async (file: string, { org }: { org: string }) => {
      const rates = readRates(file, await readFile(file, 'utf8'), formatOf(file));
      let stored = 0;
      for (let first = 0; first < rates.length; first += maxRatesPerRequest) {
        const answer = await context.api().call({
          method: 'PUT',
          path: `${organizationPath(org)}/exchangeRates`,
          body: rates.slice(first, first + maxRatesPerRequest),
          answer: exchangeRatesStored,
        });
        stored += answer.stored;
      }
      printAnswer(context, { stored }, `stored ${stored} exchange rates`);
    });
}

function formatOf(file: string): RateFormat {
  if (file.endsWith('.csv')) return 'csv';
  if (file.endsWith('.ndjson')) return 'ndjson';
  throw new CommandError(`${file}: expected a name that ends in .csv or .ndjson`);
}
