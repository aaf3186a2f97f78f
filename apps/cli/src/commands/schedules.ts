import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import {
  schedule,
  scheduleList,
  scheduleRunList,
  type ScheduleRunView,
  type ScheduleView,
} from '@hourglass/contract';
import { environmentPath } from '../api-client.ts';
import { printResult, type CommandContext } from '../command-context.ts';
import { noBody } from '../hourglass-response.ts';
import { placeOf, positiveWholeNumber, withPlace, type PlaceOptions } from '../options.ts';
import { readJson } from '../read-json.ts';

/** `hourglass schedules`: the saved reports that run at due times in an environment. */
export function configureSchedules(schedules: Command, context: CommandContext): void {
  addListCommand(schedules, context);
  addShowCommand(schedules, context);
  addCreateCommand(schedules, context);
  addChangeCommand(schedules, context);
  addEnableCommand(schedules, context, { name: 'pause', description: 'pause a schedule', enabled: false });
  addEnableCommand(schedules, context, {
    name: 'resume',
    description: 'resume a paused or stopped schedule, which then runs with your rights',
    enabled: true,
  });
  addRunCommand(schedules, context);
  addDeleteCommand(schedules, context);
  addRunsCommand(schedules, context);
}

/** Columns: id, next due time or state, cron, zone, display name. */
function addListCommand(schedules: Command, context: CommandContext): void {
  withPlace(schedules.command('list'))
    .description('list the schedules of an environment, oldest first')
    .action(async (place: PlaceOptions) => {
      const path = schedulesPath(place);
      const list = await context.api().call({ method: 'GET', path, response: scheduleList });
      const lines = list.schedules.map(lineOf);
      printResult(context, list, lines.length === 0 ? 'no schedules' : lines.join('\n'));
    });
}

function addShowCommand(schedules: Command, context: CommandContext): void {
  withId(schedules.command('show'))
    .description('print a schedule as JSON')
    .action(async (id: string, place: PlaceOptions) => {
      const path = schedulePath(place, id);
      const found = await context.api().call({ method: 'GET', path, response: schedule });
      printResult(context, found, JSON.stringify(found, null, 2));
    });
}

interface WordOptions extends PlaceOptions {
  readonly cron?: string;
  readonly timeZone?: string;
  readonly catchUp?: string;
  readonly skipIfEmpty?: boolean;
  readonly displayName?: string;
  readonly overrides?: string;
  readonly delivery?: string;
}

function withWordOptions(command: Command, targets: string): Command {
  return command
    .option('--time-zone <zone>', 'zone of the cron, such as Europe/Warsaw (default: UTC)')
    .option('--catch-up <rule>', 'missed due times that run: skip, latest or all (default: latest)')
    .option('--skip-if-empty', 'mark runs without rows as empty')
    .option('--display-name <name>', 'name for people')
    .option('--overrides <file>', 'JSON with words of a query that replace those of the report')
    .option('--delivery <file>', targets);
}

function addCreateCommand(schedules: Command, context: CommandContext): void {
  withWordOptions(withPlace(schedules.command('create')), 'JSON array of targets of each run')
    .description('run a saved report at the times of a cron, and print the id of the schedule')
    .argument('<report>', 'name of the report, from its list')
    .requiredOption('--cron <cron>', 'five fields, such as "0 6 * * MON"')
    .option('--paused', 'make it without due times, until it is resumed')
    .action(async (report: string, options: WordOptions & { readonly paused?: true }) => {
      const body = { report, ...(await bodyOf(options, context)), enabled: options.paused !== true };
      const path = schedulesPath(options);
      const made = await context.api().call({ method: 'POST', path, body, response: schedule });
      if (made.endsWithToken !== undefined) {
        context.messages.write(`it stops when your token expires, at ${made.endsWithToken}\n`);
      }
      printResult(context, made, made.id);
    });
}

const changedTargets =
  'JSON array of targets of each run: [] for none; {"kind":"kept","id":…} keeps one with its secrets';

function addChangeCommand(schedules: Command, context: CommandContext): void {
  withWordOptions(withId(schedules.command('change')), changedTargets)
    .description('change a schedule, which then runs with your rights')
    .option('--report <name>', 'name of the report, from its list')
    .option('--cron <cron>', 'five fields, such as "0 6 * * MON"')
    .option('--no-skip-if-empty', 'complete runs without rows')
    .action(async (id: string, options: WordOptions & { readonly report?: string }) => {
      const { report } = options;
      const body = { ...(report === undefined ? {} : { report }), ...(await bodyOf(options, context)) };
      const path = schedulePath(options, id);
      const changed = await context.api().call({ method: 'PATCH', path, body, response: schedule });
      printResult(context, changed, lineOf(changed));
    });
}

function addEnableCommand(
  schedules: Command,
  context: CommandContext,
  { name, description, enabled }: { name: string; description: string; enabled: boolean },
): void {
  withId(schedules.command(name))
    .description(description)
    .action(async (id: string, place: PlaceOptions) => {
      const path = schedulePath(place, id);
      const changed = await context
        .api()
        .call({ method: 'PATCH', path, body: { enabled }, response: schedule });
      printResult(context, changed, lineOf(changed));
    });
}

function addRunCommand(schedules: Command, context: CommandContext): void {
  withId(schedules.command('run'))
    .description('submit the query of a schedule now and print its id')
    .option('--idempotency-key <key>', 'submit once per key within 24 hours (default: a random key)')
    .action(async (id: string, options: PlaceOptions & { readonly idempotencyKey?: string }) => {
      const key = options.idempotencyKey ?? randomUUID();
      const status = await context.api().runSchedule(placeOf(options), id, key);
      const query = status.self.slice(status.self.lastIndexOf('/') + 1);
      printResult(context, { id: query, ...status }, query);
    });
}

function addDeleteCommand(schedules: Command, context: CommandContext): void {
  withId(schedules.command('delete'))
    .description('delete a schedule with its history; its queries stay')
    .action(async (id: string, place: PlaceOptions) => {
      await context.api().call({ method: 'DELETE', path: schedulePath(place, id), response: noBody });
      printResult(context, { id }, `deleted ${id}`);
    });
}

/** Columns: due time, state, query, reason or number of rows or of missed due times. */
function addRunsCommand(schedules: Command, context: CommandContext): void {
  withId(schedules.command('runs'))
    .description('list what became of the newest due times of a schedule, newest first')
    .option('--limit <runs>', 'maximum number of runs, up to 1,000', positiveWholeNumber, 100)
    .action(async (id: string, { limit, ...place }: PlaceOptions & { readonly limit: number }) => {
      const path = `${schedulePath(place, id)}/runs?pageSize=${limit}`;
      const page = await context.api().call({ method: 'GET', path, response: scheduleRunList });
      const lines = page.runs.map(runLineOf);
      printResult(context, page, lines.length === 0 ? 'no runs' : lines.join('\n'));
    });
}

function withId(command: Command): Command {
  return withPlace(command).argument('<id>', 'id of the schedule, from the list');
}

/** The API checks the values. */
async function bodyOf(options: WordOptions, context: CommandContext): Promise<object> {
  const { cron, timeZone, catchUp, skipIfEmpty, displayName, overrides, delivery } = options;
  const words = { cron, timeZone, catchUp, skipIfEmpty, displayName };
  return {
    ...Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined)),
    ...(overrides === undefined ? {} : { overrides: await readJson(overrides, context) }),
    ...(delivery === undefined ? {} : { delivery: await readJson(delivery, context) }),
  };
}

function lineOf({
  id,
  nextDueTimes: [next],
  stopped,
  cron,
  timeZone,
  displayName = '',
}: ScheduleView): string {
  return [id, next ?? stopped ?? 'paused', cron, timeZone, displayName].join('\t');
}

function runLineOf({ due, state, query = '', reason, rows, dueTimes }: ScheduleRunView): string {
  const counted = dueTimes === undefined ? rows : dueTimes;
  return [due, state, query, reason ?? counted ?? ''].join('\t');
}

function schedulesPath(place: PlaceOptions): string {
  return `${environmentPath(placeOf(place))}/schedules`;
}

function schedulePath(place: PlaceOptions, id: string): string {
  return `${schedulesPath(place)}/${encodeURIComponent(id)}`;
}
