import { Command } from 'commander';
import type { CommandContext, LocalContext } from './command-context.ts';
import { addCommands, type CommandEntry } from './command-entries.ts';

/** Adds arguments, options and action, or subcommands. */
type Configure = (command: Command, context: CommandContext, args: readonly string[]) => unknown;

/** Builds the command line. Loads the command that the arguments name: one file per command, and per resource of `admin`. */
export async function createProgram(args: readonly string[], local: LocalContext): Promise<Command> {
  const program = new Command('hourglass')
    .description('Import facts, submit queries, and download and verify their results.')
    .addHelpText(
      'after',
      '\nEnvironment:\n' +
        '  HOURGLASS_URL    base URL of the API (default: http://127.0.0.1:8080)\n' +
        '  HOURGLASS_TOKEN  bearer token\n' +
        '\nExit codes: 0 success, 1 failure, 2 wrong use.',
    )
    .configureOutput({
      writeOut: (text) => local.output.write(text),
      writeErr: (text) => local.messages.write(text),
      // Failures are printed as one line by the caller.
      outputError: () => undefined,
    })
    .exitOverride();
  await addCommands(program, commandEntries(args, local), args);
  acceptEverywhere(program);
  return program;
}

interface ApiCommand extends Pick<CommandEntry, 'name' | 'description'> {
  readonly configure: () => Promise<Configure>;
}

const apiCommands: readonly ApiCommand[] = [
  {
    name: 'submit',
    description: 'submit a query and print its id',
    configure: async () => (await import('./commands/submit.ts')).configureSubmit,
  },
  {
    name: 'reports',
    description: 'save and run reports of an organization',
    configure: async () => (await import('./commands/reports.ts')).configureReports,
  },
  {
    name: 'schedules',
    description: 'run saved reports at due times',
    configure: async () => (await import('./commands/schedules.ts')).configureSchedules,
  },
  {
    name: 'shared-views',
    description: 'share results and reports with people without an account',
    configure: async () => (await import('./commands/shared-views.ts')).configureSharedViews,
  },
  {
    name: 'webhooks',
    description: 'send the ends of queries to URLs of receivers',
    configure: async () => (await import('./commands/webhooks.ts')).configureWebhooks,
  },
  {
    name: 'deliveries',
    description: 'send the result of a query to a webhook, bucket, mail address or Slack',
    configure: async () => (await import('./commands/deliveries.ts')).configureDeliveries,
  },
  {
    name: 'wait',
    description: 'wait until a query ends, showing its progress',
    configure: async () => (await import('./commands/wait.ts')).configureWait,
  },
  {
    name: 'cancel',
    description: 'cancel an enqueued or running query',
    configure: async () => (await import('./commands/cancel.ts')).configureCancel,
  },
  {
    name: 'download',
    description: 'download the result of a completed query',
    configure: async () => (await import('./commands/download.ts')).configureDownload,
  },
  {
    name: 'verify',
    description: 'verify a downloaded result against its signed manifest',
    configure: async () => (await import('./commands/verify.ts')).configureVerify,
  },
  {
    name: 'import',
    description: 'import facts from files',
    configure: async () => (await import('./commands/import.ts')).configureImport,
  },
  {
    name: 'facts',
    description: 'delete facts of a time range',
    configure: async () => (await import('./commands/facts.ts')).configureFacts,
  },
  {
    name: 'batches',
    description: 'list and delete batches of facts',
    configure: async () => (await import('./commands/batches.ts')).configureBatches,
  },
  {
    name: 'records',
    description: 'list the instruments and customers of an environment',
    configure: async () => (await import('./commands/records.ts')).configureRecords,
  },
  {
    name: 'usage',
    description: 'show the use of limits and storage, and the use by user',
    configure: async () => (await import('./commands/usage.ts')).configureUsage,
  },
  {
    name: 'sign',
    description: 'print a signed URL for a GET request, using the secret in HOURGLASS_ACCESS_KEY_SECRET',
    configure: async () => (await import('./commands/sign.ts')).configureSign,
  },
  {
    name: 'login',
    description: 'sign in with a password, and the code of a second factor, and print a token',
    configure: async () => (await import('./commands/login.ts')).configureLogin,
  },
  {
    name: 'admin',
    description: 'manage organizations, environments, users, tokens and access keys',
    configure: async () => (await import('./commands/admin/admin-commands.ts')).configureAdmin,
  },
];

function commandEntries(args: readonly string[], local: LocalContext): readonly CommandEntry[] {
  const withApi = ({ configure, ...entry }: ApiCommand): CommandEntry => ({
    ...entry,
    async load(command) {
      const [add, { connect }] = await Promise.all([configure(), import('./connect.ts')]);
      await add(command, connect(local), args);
    },
  });
  return [
    ...apiCommands.map(withApi),
    {
      name: 'fields',
      description: 'list the fields of facts and queries with type, unit, functions and meaning',
      load: async (command) => (await import('./commands/fields.ts')).configureFields(command, local),
    },
  ];
}

/** Accepts the options of every command after its name as well as before it. */
function acceptEverywhere(command: Command): void {
  command.option('--json', 'print JSON').option('--debug', 'print the stack of an error');
  for (const subcommand of command.commands) acceptEverywhere(subcommand);
}
