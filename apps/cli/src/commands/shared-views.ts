import type { Command } from 'commander';
import { createdSharedView, sharedViewList, type SharedViewView } from '@hourglass/contract';
import { environmentPath, noBody } from '../api-client.ts';
import { printResult, type CommandContext } from '../command-context.ts';
import { placeOf, wholeNumber, withPlace, type PlaceOptions } from '../options.ts';

/** `hourglass shared-views`: pages of results and reports for people without an account. */
export function configureSharedViews(sharedViews: Command, context: CommandContext): void {
  addListCommand(sharedViews, context);
  addCreateCommand(sharedViews, context);
  addDeleteCommand(sharedViews, context);
}

function addListCommand(sharedViews: Command, context: CommandContext): void {
  withPlace(sharedViews.command('list'))
    .description('list shared views that have not expired, newest first')
    .action(async (place: PlaceOptions) => {
      const list = await context
        .api()
        .call({ method: 'GET', path: viewsPath(place), response: sharedViewList });
      const lines = list.sharedViews.map((view) => viewLine(view));
      printResult(context, list, lines.length === 0 ? 'no shared views' : lines.join('\n'));
    });
}

interface CreateOptions extends PlaceOptions {
  readonly query?: string;
  readonly report?: string;
  readonly filter?: string;
  readonly title?: string;
  readonly expiresInSeconds?: number;
  readonly frameOrigins?: readonly string[];
}

function addCreateCommand(sharedViews: Command, context: CommandContext): void {
  withPlace(sharedViews.command('create'))
    .description('share the result of a query, or a saved report, and print the URL')
    .option('--query <id>', 'the query whose result is shown')
    .option('--report <name>', 'the saved report that runs when the view is opened')
    .option('--filter <filter>', 'holds beside the filter of the report')
    .option('--title <text>', 'shown above the view')
    .option('--expires-in-seconds <number>', 'lifetime (default: a week)', wholeNumber)
    .option('--frame-origins <origins...>', 'origins whose pages may show the view in a frame')
    .action(async ({ org, env, ...body }: CreateOptions) => {
      const created = await context.api().call({
        method: 'POST',
        path: viewsPath({ org, env }),
        body,
        response: createdSharedView,
      });
      printResult(context, created, created.url);
      context.messages.write(`Created shared view ${created.id}. Its URL is not shown again.\n`);
    });
}

function addDeleteCommand(sharedViews: Command, context: CommandContext): void {
  withPlace(sharedViews.command('delete'))
    .description('revoke a shared view')
    .argument('<id>', 'id of the view')
    .action(async (id: string, place: PlaceOptions) => {
      const path = `${viewsPath(place)}/${encodeURIComponent(id)}`;
      await context.api().call({ method: 'DELETE', path, response: noBody });
      printResult(context, { id }, `deleted ${id}`);
    });
}

function viewsPath(options: PlaceOptions): string {
  return `${environmentPath(placeOf(options))}/sharedViews`;
}

function viewLine({ id, expires, query, report, filter, title }: SharedViewView): string {
  const subject = query === undefined ? `report ${report}` : `query ${query}`;
  return [id, `until ${expires}`, subject, ...[filter, title].filter((text) => text !== undefined)].join(
    '\t',
  );
}
