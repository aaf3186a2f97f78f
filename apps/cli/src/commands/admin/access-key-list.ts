import type { Command } from 'commander';
import { accessKeyList } from '@hourglass/contract';
import { accessKeyLine, accessKeysPath } from '../../access-keys.ts';
import { printAnswer, type CommandContext } from '../../command-context.ts';
import { placeOf, withUsualPlace, type PlaceOptions } from '../../place-options.ts';

/** `hourglass admin access-key list`: one on a line. */
export function addAccessKeyListCommand(accessKey: Command, context: CommandContext): void {
  withUsualPlace(accessKey.command('list'))
    .description('list the access keys of an environment, without their secrets')
    .action(async (options: PlaceOptions) => {
      const list = await context
        .api()
        .call({ method: 'GET', path: accessKeysPath(placeOf(options)), answer: accessKeyList });
      printAnswer(context, list, list.accessKeys.map(accessKeyLine).join('\n'));
    });
}
