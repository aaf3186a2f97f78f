import type { Command } from 'commander';
import {
  replayedDeliveries,
  webhookEndpointList,
  webhookEndpointView,
  webhookEndpointWithSecret,
  deliveryList,
  deliveryView,
  type DeliveryView,
  type WebhookEndpointView,
} from '@hourglass/contract';
import { environmentPath, noBody } from '../api-client.ts';
import { printResult, type CommandContext } from '../command-context.ts';
import { placeOf, wholeNumber, withPlace, type PlaceOptions } from '../options.ts';

/** `hourglass webhooks`: the receivers of an environment's events. */
export function configureWebhooks(webhooks: Command, context: CommandContext): void {
  addListCommand(webhooks, context);
  addCreateCommand(webhooks, context);
  addChangeCommands(webhooks, context);
  addDeleteCommand(webhooks, context);
  addRotateCommand(webhooks, context);
  addTestCommand(webhooks, context);
  addDeliveriesCommand(webhooks, context);
  addReplayCommand(webhooks, context);
}

function addListCommand(webhooks: Command, context: CommandContext): void {
  withPlace(webhooks.command('list'))
    .description('list webhook endpoints, oldest first')
    .action(async (place: PlaceOptions) => {
      const path = endpointsPath(place);
      const list = await context.api().call({ method: 'GET', path, response: webhookEndpointList });
      const lines = list.webhookEndpoints.map((endpoint) => endpointLine(endpoint));
      printResult(context, list, lines.length === 0 ? 'no webhook endpoints' : lines.join('\n'));
    });
}

interface CreateOptions extends PlaceOptions {
  readonly events?: readonly string[];
  readonly description?: string;
}

function addCreateCommand(webhooks: Command, context: CommandContext): void {
  withPlace(webhooks.command('create'))
    .description('create a webhook endpoint and print its id and secret')
    .argument('<url>', 'https URL of the receiver')
    .option('--events <types...>', 'types of events to send (default: all)')
    .option('--description <text>', 'purpose, shown in lists')
    .action(async (url: string, { events, description, ...place }: CreateOptions) => {
      const created = await context.api().call({
        method: 'POST',
        path: endpointsPath(place),
        body: { url, events, description },
        response: webhookEndpointWithSecret,
      });
      printResult(context, created, `id: ${created.id}\nsecret: ${created.secret}`);
      context.messages.write(`Created webhook endpoint ${created.id}. Its secret is not shown again.\n`);
    });
}

function addChangeCommands(webhooks: Command, context: CommandContext): void {
  const addCommand = (name: string, description: string, enabled: boolean) =>
    withPlace(webhooks.command(name))
      .description(description)
      .argument('<id>', 'id of the endpoint')
      .action(async (id: string, place: PlaceOptions) => {
        const path = endpointPath(place, id);
        const changed = await context
          .api()
          .call({ method: 'PATCH', path, body: { enabled }, response: webhookEndpointView });
        printResult(context, changed, endpointLine(changed));
      });
  addCommand('disable', 'send no events until the endpoint is enabled again', false);
  addCommand('enable', 'send events again', true);
}

function addDeleteCommand(webhooks: Command, context: CommandContext): void {
  withPlace(webhooks.command('delete'))
    .description('delete a webhook endpoint and its delivery log')
    .argument('<id>', 'id of the endpoint')
    .action(async (id: string, place: PlaceOptions) => {
      await context.api().call({ method: 'DELETE', path: endpointPath(place, id), response: noBody });
      printResult(context, { id }, `deleted ${id}`);
    });
}

interface RotateOptions extends PlaceOptions {
  readonly overlapSeconds?: number;
}

function addRotateCommand(webhooks: Command, context: CommandContext): void {
  withPlace(webhooks.command('rotate-secret'))
    .description('make a new secret and print it; the old one signs too for a while')
    .argument('<id>', 'id of the endpoint')
    .option('--overlap-seconds <number>', 'how long the old one signs (default: a day)', wholeNumber)
    .action(async (id: string, { overlapSeconds, ...place }: RotateOptions) => {
      const rotated = await context.api().call({
        method: 'POST',
        path: `${endpointPath(place, id)}:rotateSecret`,
        body: { overlapSeconds },
        response: webhookEndpointWithSecret,
      });
      printResult(context, rotated, `secret: ${rotated.secret}`);
    });
}

function addTestCommand(webhooks: Command, context: CommandContext): void {
  withPlace(webhooks.command('test'))
    .description('send a webhook.test event and print its delivery')
    .argument('<id>', 'id of the endpoint')
    .action(async (id: string, place: PlaceOptions) => {
      const path = `${endpointPath(place, id)}:test`;
      const delivery = await context.api().call({ method: 'POST', path, response: deliveryView });
      printResult(context, delivery, deliveryLine(delivery));
    });
}

interface DeliveriesOptions extends PlaceOptions {
  readonly state?: string;
  readonly pageToken?: string;
}

function addDeliveriesCommand(webhooks: Command, context: CommandContext): void {
  withPlace(webhooks.command('deliveries'))
    .description('list the newest deliveries of an endpoint')
    .argument('<id>', 'id of the endpoint')
    .option('--state <state>', 'pending, sending, delivered, failed or cancelled')
    .option('--page-token <token>', 'nextPageToken of the previous page')
    .action(async (id: string, { state, pageToken, ...place }: DeliveriesOptions) => {
      const query = new URLSearchParams({
        ...(state === undefined ? {} : { state }),
        ...(pageToken === undefined ? {} : { pageToken }),
      });
      const path = `${endpointPath(place, id)}/deliveries?${query.toString()}`;
      const list = await context.api().call({ method: 'GET', path, response: deliveryList });
      const lines = list.deliveries.map((delivery) => deliveryLine(delivery));
      printResult(context, list, lines.length === 0 ? 'no deliveries' : lines.join('\n'));
      if (list.nextPageToken !== undefined)
        context.messages.write(`More: --page-token ${list.nextPageToken}\n`);
    });
}

interface ReplayOptions extends PlaceOptions {
  readonly delivery?: string;
  readonly from?: string;
  readonly to?: string;
  readonly states?: readonly string[];
}

function addReplayCommand(webhooks: Command, context: CommandContext): void {
  withPlace(webhooks.command('replay'))
    .description('send one delivery again, or those of a time range')
    .argument('<id>', 'id of the endpoint')
    .option('--delivery <id>', 'id of one delivery')
    .option('--from <time>', 'deliveries created at or after this time, in ISO 8601')
    .option('--to <time>', 'deliveries created before this time (default: now)')
    .option('--states <states...>', 'failed, cancelled or delivered (default: failed and cancelled)')
    .action(async (id: string, { delivery, from, to, states, ...place }: ReplayOptions) => {
      const path = endpointPath(place, id);
      if (delivery === undefined) {
        const replayed = await context.api().call({
          method: 'POST',
          path: `${path}:replay`,
          body: { from, to, states },
          response: replayedDeliveries,
        });
        printResult(context, replayed, `replayed ${replayed.replayed}`);
        return;
      }
      const one = await context.api().call({
        method: 'POST',
        path: `${path}/deliveries/${encodeURIComponent(delivery)}:replay`,
        response: deliveryView,
      });
      printResult(context, one, deliveryLine(one));
    });
}

function endpointsPath(place: PlaceOptions): string {
  return `${environmentPath(placeOf(place))}/webhookEndpoints`;
}

function endpointPath(place: PlaceOptions, id: string): string {
  return `${endpointsPath(place)}/${encodeURIComponent(id)}`;
}

/** Columns: id, state, URL, description. */
function endpointLine({ id, enabled, disabled, url, description }: WebhookEndpointView): string {
  const state = enabled ? 'enabled' : disabled === null ? 'disabled' : `disabled: ${disabled.reason}`;
  return [id, state, url, description ?? ''].join('\t');
}

/** Columns: id, time of creation, type, state, last error. */
function deliveryLine({ id, created, type, state, attempts, failure }: DeliveryView): string {
  return [id, created, type, state, failure ?? attempts.at(-1)?.error ?? ''].join('\t');
}
