import type { Command } from 'commander';
import {
  accessKeyList,
  accessKeyView,
  createdAccessKey,
  type AccessKeyView,
  type ChangeAccessKeyBody,
  type CreateAccessKeyBody,
} from '@hourglass/contract';
import { environmentPath, type Place } from '../../api-client.ts';
import { expiry, printResult, type CommandContext } from '../../command-context.ts';
import { placeOf, wholeNumber, withPlaceInProd, type PlaceOptions } from '../../options.ts';

/** `hourglass admin access-key`. */
export function configureAccessKeys(accessKey: Command, context: CommandContext): void {
  addCreateCommand(accessKey, context);
  addListCommand(accessKey, context);
  addChangeCommands(accessKey, context);
}

function addCreateCommand(accessKey: Command, context: CommandContext): void {
  withPlaceInProd(accessKey.command('create'))
    .description('create an access key')
    .option('--description <text>', 'purpose, shown in lists')
    .option('--expires-in-seconds <number>', 'lifetime (default: unlimited)', wholeNumber)
    .action(async ({ org, env, ...body }: PlaceOptions & CreateAccessKeyBody) => {
      const created = await context.api().call({
        method: 'POST',
        path: accessKeysPath(placeOf({ org, env })),
        body,
        response: createdAccessKey,
      });
      const { accesskeyId, secret, expires } = created;
      printResult(
        context,
        { accesskeyId, secret, expires },
        `accesskey_id: ${accesskeyId}\nsecret: ${secret}`,
      );
      context.messages.write(
        `Created access key ${accesskeyId} of ${org}/${env} (${expiry(expires)}). Its secret is not shown again.\n`,
      );
    });
}

function addListCommand(accessKey: Command, context: CommandContext): void {
  withPlaceInProd(accessKey.command('list'))
    .description('list the access keys of an environment, without their secrets')
    .action(async (options: PlaceOptions) => {
      const path = accessKeysPath(placeOf(options));
      const list = await context.api().call({ method: 'GET', path, response: accessKeyList });
      printResult(context, list, list.accessKeys.map(accessKeyLine).join('\n'));
    });
}

/** Each command prints the changed key as `list` does. */
function addChangeCommands(accessKey: Command, context: CommandContext): void {
  const change = async (id: string, options: PlaceOptions, body: ChangeAccessKeyBody) => {
    const changed = await context.api().call({
      method: 'PATCH',
      path: `${accessKeysPath(placeOf(options))}/${encodeURIComponent(id)}`,
      body,
      response: accessKeyView,
    });
    printResult(context, changed, accessKeyLine(changed));
  };
  withPlaceInProd(accessKey.command('disable'))
    .description('reject signatures of a key until it is enabled again')
    .argument('<id>', 'id of the key')
    .action((id: string, options: PlaceOptions) => change(id, options, { disabled: true }));
  withPlaceInProd(accessKey.command('enable'))
    .description('enable a disabled key')
    .argument('<id>', 'id of the key')
    .action((id: string, options: PlaceOptions) => change(id, options, { disabled: false }));
  withPlaceInProd(accessKey.command('set-expiry'))
    .description('change the expiry of a key')
    .argument('<id>', 'id of the key')
    .argument('<time>', 'ISO 8601 with an offset, or "never"')
    .action((id: string, time: string, options: PlaceOptions) =>
      change(id, options, { expires: time === 'never' ? null : time }),
    );
}

function accessKeysPath(place: Place): string {
  return `${environmentPath(place)}/accessKeys`;
}

/** Columns: id, state, expiry, description. */
function accessKeyLine({ accesskeyId, disabled, expires, description }: AccessKeyView): string {
  const state = disabled ? 'disabled' : 'enabled';
  return [accesskeyId, state, expires ?? 'never expires', description ?? ''].join('\t');
}
