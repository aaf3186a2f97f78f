import type { Command } from 'commander';
import {
  exchangeRateList,
  exchangeRatesStored,
  maxRatesPerRequest,
  type ExchangeRateList,
} from '@hourglass/contract';
import { counted } from '@hourglass/contract/messages';
import { organizationPath } from '../../api-client.ts';
import { printResult, type CommandContext } from '../../command-context.ts';
import { UsageError } from '../../command-error.ts';
import { withOrganization, type OrganizationOption } from '../../options.ts';
import { readRates, type RateFormat } from '../../read-rates.ts';
import { readText } from '../../read-text.ts';

/** `hourglass admin exchange-rate`. */
export function configureExchangeRates(exchangeRate: Command, context: CommandContext): void {
  addImportCommand(exchangeRate, context);
  addListCommand(exchangeRate, context);
}

/** Can be repeated: stored rates are replaced. */
function addImportCommand(exchangeRate: Command, context: CommandContext): void {
  withOrganization(exchangeRate.command('import'))
    .description('import exchange rates from a file, replacing stored ones')
    .argument('<file>', '.csv or .ndjson file with the fields day, currency, targetCurrency, rate')
    .action(async (file: string, { org }: OrganizationOption) => {
      const format = formatOf(file);
      const rates = readRates(file, await readText(file, context), format);
      let stored = 0;
      for (let first = 0; first < rates.length; first += maxRatesPerRequest) {
        const result = await context.api().call({
          method: 'PUT',
          path: exchangeRatesPath(org),
          body: rates.slice(first, first + maxRatesPerRequest),
          response: exchangeRatesStored,
        });
        stored += result.stored;
      }
      printResult(context, { stored }, `stored ${counted(stored, 'exchange rate')}`);
    });
}

function formatOf(file: string): RateFormat {
  if (file.endsWith('.csv')) return 'csv';
  if (file.endsWith('.ndjson')) return 'ndjson';
  throw new UsageError(`${file}: unknown format; expected a name that ends in .csv or .ndjson`);
}

interface ListOptions extends OrganizationOption {
  readonly day?: string;
  readonly currency?: string;
  readonly target?: string;
  readonly limit?: string;
}

function addListCommand(exchangeRate: Command, context: CommandContext): void {
  withOrganization(exchangeRate.command('list'))
    .description('list stored exchange rates, newest day first')
    .option('--day <day>', 'UTC day such as 2017-06-30')
    .option('--currency <code>', 'source currency')
    .option('--target <code>', 'target currency')
    .option('--limit <n>', 'maximum number of rates')
    .action(async ({ org, day, currency, target, limit }: ListOptions) => {
      const parameters = new URLSearchParams(
        Object.entries({ day, currency, targetCurrency: target, limit }).filter(
          (entry): entry is [string, string] => entry[1] !== undefined,
        ),
      );
      const list = await context.api().call({
        method: 'GET',
        path: `${exchangeRatesPath(org)}?${parameters.toString()}`,
        response: exchangeRateList,
      });
      printResult(context, list, describe(list));
    });
}

function describe({ rates, truncated }: ExchangeRateList): string {
  if (rates.length === 0) return 'no exchange rates';
  const lines = rates.map(
    ({ day, currency, targetCurrency, rate }) => `${day}  1 ${currency} = ${rate} ${targetCurrency}`,
  );
  return [...lines, ...(truncated ? ['more rates exist; raise --limit to see them'] : [])].join('\n');
}

function exchangeRatesPath(organization: string): string {
  return `${organizationPath(organization)}/exchangeRates`;
}
