import type { Command } from 'commander';
import { accessKeyView, type ChangeAccessKeyBody } from '@hourglass/contract';
import { accessKeyLine, accessKeysPath } from '../../access-keys.ts';
import { printAnswer, type CommandContext } from '../../command-context.ts';
import { placeOf, withUsualPlace, type PlaceOptions } from '../../place-options.ts';

/** `hourglass admin access-key disable ID`, `enable ID` and `set-expiry ID TIME`: each prints the key as it is then. */
export function addAccessKeyChangeCommands(accessKey: Command, context: CommandContext): void {
  const change = async (id: string, options: PlaceOptions, body: ChangeAccessKeyBody) => {
    const changed = await context.api().call({
      method: 'PATCH',
      path: `${accessKeysPath(placeOf(options))}/${encodeURIComponent(id)}`,
      body,
      answer: accessKeyView,
    });
    printAnswer(context, changed, accessKeyLine(changed));
  };
  withUsualPlace(accessKey.command('disable'))
    .description('let a key sign nothing until it is enabled again')
    .argument('<id>', 'id of the key')
    .action((id: string, options: PlaceOptions) => change(id, options, { disabled: true }));
  withUsualPlace(accessKey.command('enable'))
    .description('let a disabled key sign again')
    .argument('<id>', 'id of the key')
    .action((id: string, options: PlaceOptions) => change(id, options, { disabled: false }));
  withUsualPlace(accessKey.command('set-expiry'))
    .description('change when a key expires')
    .argument('<id>', 'id of the key')
    .argument('<time>', 'ISO 8601 with a zone, or "never"')
    .action((id: string, time: string, options: PlaceOptions) =>
      change(id, options, { expires: time === 'never' ? null : time }),
    );
}
