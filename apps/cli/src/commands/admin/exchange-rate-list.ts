import type { Command } from 'commander';
import { exchangeRateList, type ExchangeRateList } from '@hourglass/contract';
import { organizationPath } from '../../api-client.ts';
import { printAnswer, type CommandContext } from '../../command-context.ts';

interface ListOptions {
  readonly org: string;
  readonly day?: string;
  readonly currency?: string;
  readonly target?: string;
  readonly limit?: string;
}

/** `hourglass admin exchange-rate list`: newest day first. */
export function addExchangeRateListCommand(exchangeRate: Command, context: CommandContext): void {
  exchangeRate
    .command('list')
    .description('show stored exchange rates, newest day first')
    .requiredOption('--org <organization>', 'organization')
    .option('--day <day>', 'UTC day such as 2017-06-30')
    .option('--currency <code>', 'currency that is converted')
    .option('--target <code>', 'currency that it is converted to')
    .option('--limit <n>', 'how many at most')
    .action(async ({ org, day, currency, target, limit }: ListOptions) => {
      const asked = new URLSearchParams(
        Object.entries({ day, currency, targetCurrency: target, limit }).filter(
          (entry): entry is [string, string] => entry[1] !== undefined,
        ),
      );
      const list = await context.api().call({
        method: 'GET',
        path: `${organizationPath(org)}/exchangeRates?${asked.toString()}`,
        answer: exchangeRateList,
      });
      printAnswer(context, list, describe(list));
    });
}

function describe({ rates, truncated }: ExchangeRateList): string {
  if (rates.length === 0) return 'no exchange rates';
  const lines = rates.map(
    ({ day, currency, targetCurrency, rate }) => `${day}  1 ${currency} = ${rate} ${targetCurrency}`,
  );
  return [...lines, ...(truncated ? ['and more'] : [])].join('\n');
}
