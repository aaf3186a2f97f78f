import type { Command } from 'commander';
import { queryDelivery, queryDeliveryList, type QueryDeliveryView } from '@hourglass/contract';
import { environmentPath } from '../api-client.ts';
import { printResult, type CommandContext } from '../command-context.ts';
import { placeOf, withPlace, type PlaceOptions } from '../options.ts';
import { readJson } from '../read-json.ts';

/** `hourglass deliveries`: where the result of a query is sent. */
export function configureDeliveries(deliveries: Command, context: CommandContext): void {
  addListCommand(deliveries, context);
  addCreateCommand(deliveries, context);
}

function addListCommand(deliveries: Command, context: CommandContext): void {
  withPlace(deliveries.command('list'))
    .description('list the deliveries of a query with their states, oldest first')
    .argument('<query>', 'id of the query')
    .action(async (query: string, place: PlaceOptions) => {
      const path = deliveriesPath(place, query);
      const list = await context.api().call({ method: 'GET', path, response: queryDeliveryList });
      const lines = list.deliveries.map(lineOf);
      printResult(context, list, lines.length === 0 ? 'no deliveries' : lines.join('\n'));
    });
}

/** The target is a file, because an argument with a secret would be seen in lists of processes. */
function addCreateCommand(deliveries: Command, context: CommandContext): void {
  withPlace(deliveries.command('create'))
    .description('deliver the result of a query once it has ended, and print the id of the delivery')
    .argument('<query>', 'id of the query')
    .argument(
      '<file>',
      'JSON of the target, such as {"kind":"email","to":["joe@acme.example"]}; - for standard input',
    )
    .action(async (query: string, file: string, place: PlaceOptions) => {
      const body = await readJson(file, context);
      const path = deliveriesPath(place, query);
      const made = await context.api().call({ method: 'POST', path, body, response: queryDelivery });
      printResult(context, made, made.id);
    });
}

/** Columns: id, kind, receiver, state, last error. */
function lineOf({ id, target, state, attempts, failure }: QueryDeliveryView): string {
  const receiver = target.to?.join(', ') ?? target.bucket ?? target.host ?? target.endpoint ?? '';
  return [id, target.kind, receiver, state, failure ?? attempts.at(-1)?.error ?? ''].join('\t');
}

function deliveriesPath(place: PlaceOptions, query: string): string {
  return `${environmentPath(placeOf(place))}/queries/${encodeURIComponent(query)}/deliveries`;
}
