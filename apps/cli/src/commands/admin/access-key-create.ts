import type { Command } from 'commander';
import { createdAccessKey, type CreateAccessKeyBody } from '@hourglass/contract';
import { accessKeysPath } from '../../access-keys.ts';
import { printAnswer, type CommandContext } from '../../command-context.ts';
import { placeOf, withUsualPlace, type PlaceOptions } from '../../place-options.ts';
import { wholeNumber } from '../../whole-number.ts';

type Options = PlaceOptions & CreateAccessKeyBody;

/** `hourglass admin access-key create`: prints id and secret, and what they are to standard error. */
export function addAccessKeyCreateCommand(accessKey: Command, context: CommandContext): void {
  withUsualPlace(accessKey.command('create'))
    .description('make an access key')
    .option('--description <text>', 'what it is for')
    .option('--expires-in-seconds <number>', 'how long it lives (default: for ever)', wholeNumber)
    .action(async ({ org, env, ...body }: Options) => {
      const made = await context.api().call({
        method: 'POST',
        path: accessKeysPath(placeOf({ org, env })),
        body,
        answer: createdAccessKey,
      });
      const { accesskeyId, secret, expires } = made;
      printAnswer(
        context,
        { accesskeyId, secret, expires },
        `accesskey_id: ${accesskeyId}\nsecret: ${secret}`,
      );
      const end = expires === null ? 'never expires' : `expires ${expires}`;
      context.messages.write(
        `Made the access key ${accesskeyId} of ${org}/${env}, which ${end}; its secret is shown only now.\n`,
      );
    });
}
