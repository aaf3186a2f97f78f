import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { deletedReport, namedReports, savedReport } from '@hourglass/contract';
import { organizationPath } from '../api-client.ts';
import { printResult, type CommandContext } from '../command-context.ts';
import {
  placeOf,
  withOrganization,
  withPlace,
  type OrganizationOption,
  type PlaceOptions,
} from '../options.ts';
import { withQueryWords, withWords, type QueryWords } from '../query-words.ts';
import { readJson } from '../read-json.ts';

/** `hourglass reports`: the saved reports of an organization. */
export function configureReports(reports: Command, context: CommandContext): void {
  addListCommand(reports, context);
  addGetCommand(reports, context);
  addSaveCommand(reports, context);
  addDeleteCommand(reports, context);
  addRunCommand(reports, context);
}

/** Columns: name, display name. */
function addListCommand(reports: Command, context: CommandContext): void {
  withOrganization(reports.command('list'))
    .description('list saved reports, oldest first')
    .action(async ({ org }: OrganizationOption) => {
      const list = await context
        .api()
        .call({ method: 'GET', path: reportsPath(org), response: namedReports });
      const lines = list.qualifier.map(({ name, displayName = '' }) => `${name}\t${displayName}`);
      printResult(context, list, lines.length === 0 ? 'no saved reports' : lines.join('\n'));
    });
}

function addGetCommand(reports: Command, context: CommandContext): void {
  withOrganization(reports.command('get'))
    .description('print a saved report as JSON')
    .argument('<name>', 'name of the report, from the list')
    .action(async (name: string, { org }: OrganizationOption) => {
      const path = reportPath(org, name);
      const report = await context.api().call({ method: 'GET', path, response: savedReport });
      printResult(context, report, JSON.stringify(report, null, 2));
    });
}

interface SaveOptions extends OrganizationOption {
  readonly name?: string;
}

function addSaveCommand(reports: Command, context: CommandContext): void {
  withOrganization(reports.command('save'))
    .description('save a report and print its name')
    .argument('<file>', 'JSON body of the report; - for standard input')
    .option('--name <name>', 'replace the report of this name (default: save a new one)')
    .action(async (file: string, { org, name }: SaveOptions) => {
      const body = await readJson(file, context);
      const report = await context.api().call({
        ...(name === undefined
          ? ({ method: 'POST', path: reportsPath(org) } as const)
          : ({ method: 'PUT', path: reportPath(org, name) } as const)),
        body,
        response: savedReport,
      });
      printResult(context, report, report.name);
    });
}

function addDeleteCommand(reports: Command, context: CommandContext): void {
  withOrganization(reports.command('delete'))
    .description('delete a saved report; its queries stay')
    .argument('<name>', 'name of the report, from the list')
    .action(async (name: string, { org }: OrganizationOption) => {
      await context.api().call({ method: 'DELETE', path: reportPath(org, name), response: deletedReport });
      printResult(context, { name }, `deleted ${name}`);
    });
}

interface RunOptions extends PlaceOptions, QueryWords {
  readonly overrides?: string;
  readonly idempotencyKey?: string;
}

function addRunCommand(reports: Command, context: CommandContext): void {
  withQueryWords(withPlace(reports.command('run')))
    .description('submit the query of a saved report, whose words the options replace, and print its id')
    .argument('<name>', 'name of the report, from the list')
    .option('--overrides <file>', 'JSON with words of a query that replace those of the report')
    .option('--idempotency-key <key>', 'submit once per key within 24 hours (default: a random key)')
    .action(async (name: string, { overrides, idempotencyKey, org, env, ...words }: RunOptions) => {
      const body = withWords(overrides === undefined ? {} : await readJson(overrides, context), words);
      const status = await context
        .api()
        .runReport(placeOf({ org, env }), name, body, idempotencyKey ?? randomUUID());
      const id = status.self.slice(status.self.lastIndexOf('/') + 1);
      printResult(context, { id, ...status }, id);
    });
}

function reportsPath(organization: string): string {
  return `${organizationPath(organization)}/reports`;
}

function reportPath(organization: string, name: string): string {
  return `${reportsPath(organization)}/${encodeURIComponent(name)}`;
}
