import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { auditEventList, type AuditEventList, type AuditEventView } from '@hourglass/contract';
import { organizationPath } from '../../api-client.ts';
import { printResult, type CommandContext } from '../../command-context.ts';
import { CommandError } from '../../command-error.ts';
import { positiveWholeNumber } from '../../options.ts';
import { withOutput } from '../../output-file.ts';
import { standardStream } from '../../read-text.ts';

interface FilterOptions {
  readonly from?: string;
  readonly to?: string;
  readonly actor?: string;
  readonly user?: string;
  readonly token?: string;
  readonly link?: string;
  readonly action?: string;
  readonly outcome?: string;
  readonly env?: string;
  readonly object?: string;
  readonly requestId?: string;
}

interface AuditOptions extends FilterOptions {
  readonly org?: string;
  readonly limit: number;
  readonly ndjson?: boolean;
  readonly output?: string;
}

const maxPageSize = 1000;

/** `hourglass admin audit`: lists events newest first, or exports all of them oldest first. */
export function configureAudit(audit: Command, context: CommandContext): void {
  audit
    .option('--org <organization>', 'organization (default: all, for operators)')
    .option('--from <time>', 'at or after this time')
    .option('--to <time>', 'before this time')
    .option('--actor <kind>', 'user, token, link, system or stranger')
    .option('--user <email>', 'user, or user of the token')
    .option('--token <id>', 'id of the token')
    .option('--link <id>', 'id of the link to a result')
    .option('--action <action>', 'such as user.create')
    .option('--outcome <outcome>', 'done or refused')
    .option('--env <environment>', 'environment')
    .option('--object <name>', 'name or id of what the action was done to')
    .option('--request-id <id>', 'X-Request-Id of a response')
    .option('--limit <n>', 'maximum number of listed events', positiveWholeNumber, 100)
    .option('--ndjson', 'export all events, oldest first, one JSON object per line')
    .option('--output <file>', 'file for the export; - for standard output')
    .action(async ({ ndjson = false, output, ...options }: AuditOptions) => {
      if (ndjson || output !== undefined) await exportEvents(output ?? standardStream, options, context);
      else await printEvents(options, context);
    });
}

async function printEvents(options: AuditOptions, context: CommandContext): Promise<void> {
  const listed = await fetchEvents(options, context);
  const lines = listed.events.map(lineOf);
  const more = listed.nextPageToken === undefined ? [] : ['more events exist; raise --limit to see them'];
  printResult(context, listed, lines.length === 0 ? 'no events' : [...lines, ...more].join('\n'));
}

async function fetchEvents(options: AuditOptions, context: CommandContext): Promise<AuditEventList> {
  const events: AuditEventView[] = [];
  let pageToken: string | undefined;
  do {
    const pageSize = String(Math.min(options.limit - events.length, maxPageSize));
    const path = auditPath(options, { pageSize, ...(pageToken === undefined ? {} : { pageToken }) });
    const page = await context.api().call({ method: 'GET', path, response: auditEventList });
    events.push(...page.events);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined && events.length < options.limit);
  return { events, ...(pageToken === undefined ? {} : { nextPageToken: pageToken }) };
}

async function exportEvents(file: string, options: AuditOptions, context: CommandContext): Promise<void> {
  await withOutput(file, context, (sink) => writeEvents(sink, options, context));
  if (file !== standardStream) printResult(context, { file }, file);
}

async function writeEvents(sink: Writable, options: AuditOptions, context: CommandContext): Promise<void> {
  const { signal } = context;
  const response = await context.api().download(auditPath(options, { format: 'ndjson' }), ndjsonType);
  try {
    await pipeline(response, sink, { end: false, signal });
  } catch (error) {
    if (signal.aborted || sink.errored !== null) throw error;
    throw new CommandError('the export ended early; try again', {}, { cause: error });
  }
}

const ndjsonType = 'application/x-ndjson';

function auditPath({ org, env, ...options }: AuditOptions, page: Readonly<Record<string, string>>): string {
  const { from, to, actor, user, token, link, action, outcome, object, requestId } = options;
  const filter = { from, to, actor, user, token, link, action, outcome, object, requestId, environment: env };
  const given = Object.entries({ ...filter, ...page }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const path = org === undefined ? '/v1/operator' : organizationPath(org);
  return `${path}/audit?${new URLSearchParams(given).toString()}`;
}

/** Columns: time, organization, environment, actor, address, action, object, outcome, details. */
function lineOf(event: AuditEventView): string {
  const { at, organization, environment, action, object, code, details, address } = event;
  return [
    ...[at, organization ?? '-', environment ?? '-', actorOf(event), address ?? '-'],
    ...[action, object ?? '-', code ?? 'done', JSON.stringify(details)],
  ].join('\t');
}

function actorOf({ actor, user, token, link }: AuditEventView): string {
  if (token !== null) return `${user ?? '-'} with token ${token}`;
  if (link !== null) return `link ${link}`;
  return user ?? actor;
}
