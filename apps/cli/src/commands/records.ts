import type { Command } from 'commander';
import { customerList, instrumentList, type CustomerList, type InstrumentList } from '@hourglass/contract';
import { environmentPath } from '../api-client.ts';
import { printResult, type CommandContext } from '../command-context.ts';
import type { ResponseSchema } from '../hourglass-response.ts';
import { placeOf, withPlace, type PlaceOptions } from '../options.ts';

const pageSize = '2000';

/** `hourglass records`: the ids for which instruments and consumption can be asked. */
export function configureRecords(records: Command, context: CommandContext): void {
  addInstrumentsCommand(records, context);
  addCustomersCommand(records, context);
}

/** Columns: id, name, location. */
function addInstrumentsCommand(records: Command, context: CommandContext): void {
  withPlace(records.command('instruments'))
    .description('list instruments by id')
    .action(async (options: PlaceOptions) => {
      const instruments: InstrumentList['instruments'] = [];
      let timeZone = '';
      for await (const page of pagesOf(options, 'instruments', instrumentList, context)) {
        instruments.push(...page.instruments);
        ({ timeZone } = page);
      }
      const lines = instruments.map(({ id, name, location }) => [id, name ?? '', location ?? ''].join('\t'));
      printResult(context, { timeZone, instruments }, textOf(lines, 'no instruments'));
    });
}

/** Columns: id, name. */
function addCustomersCommand(records: Command, context: CommandContext): void {
  withPlace(records.command('customers'))
    .description('list customers of storage by id')
    .action(async (options: PlaceOptions) => {
      const customers: CustomerList['customers'] = [];
      for await (const page of pagesOf(options, 'customers', customerList, context))
        customers.push(...page.customers);
      const lines = customers.map(({ id, name }) => `${id}\t${name}`);
      printResult(context, { customers }, textOf(lines, 'no customers'));
    });
}

async function* pagesOf<Page extends { readonly nextPageToken?: string | undefined }>(
  options: PlaceOptions,
  list: 'instruments' | 'customers',
  response: ResponseSchema<Page>,
  context: CommandContext,
): AsyncGenerator<Page> {
  let pageToken: string | undefined;
  do {
    const page = pageToken === undefined ? { pageSize } : { pageSize, pageToken };
    const path = `${environmentPath(placeOf(options))}/${list}?${new URLSearchParams(page).toString()}`;
    const found = await context.api().call({ method: 'GET', path, response });
    yield found;
    pageToken = found.nextPageToken;
  } while (pageToken !== undefined);
}

function textOf(lines: readonly string[], none: string): string {
  return lines.length === 0 ? none : lines.join('\n');
}
