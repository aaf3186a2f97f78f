import type { Command } from 'commander';
import { environmentHostnames } from '@hourglass/contract';
import { environmentPath } from '../../api-client.ts';
import { printAnswer, type CommandContext } from '../../command-context.ts';
import { placeOf, withPlace, type PlaceOptions } from '../../place-options.ts';

interface HostnamesOptions extends PlaceOptions {
  readonly set?: readonly string[];
}

/** `hourglass admin environment hostnames`: shows the hostnames of an environment, replaced first if `--set` is given. */
export function addEnvironmentHostnamesCommand(environment: Command, context: CommandContext): void {
  withPlace(environment.command('hostnames'))
    .description('show or replace the hostnames that stand for an environment')
    .option('--set <hostnames>', 'all hostnames, with commas between them; "" for none', hostnamesOf)
    .action(async (options: HostnamesOptions) => {
      const { set } = options;
      const answer = await context.api().call({
        path: `${environmentPath(placeOf(options))}/hostnames`,
        answer: environmentHostnames,
        ...(set === undefined ? { method: 'GET' } : { method: 'PUT', body: { hostnames: set } }),
      });
      const { hostnames } = answer;
      printAnswer(context, answer, hostnames.length === 0 ? 'no hostnames' : hostnames.join('\n'));
    });
}

function hostnamesOf(text: string): string[] {
  return text === '' ? [] : text.split(',').map((hostname) => hostname.trim());
}
