import { expect, test } from 'vitest';
import { settingDefinitions } from '../src/setting-definitions.ts';
import type { SettingDefinition } from '../src/setting.ts';

const head = [
  'All settings of Hourglass, as environment variables. The commented-out lines show the defaults.',
  'An unknown variable with the prefix HOURGLASS_ or S3_ prevents the start.',
];

test('.env.example describes every setting (regenerate it with `npx vitest run env-example -u`)', async () => {
  const text = [head.map(comment).join(''), ...settingDefinitions.map(example)].join('\n');
  await expect(text).toMatchFileSnapshot('../../../.env.example');
});

function example({ name, whenUnset, help }: SettingDefinition<unknown>): string {
  const defaultText = typeof whenUnset === 'string' ? whenUnset : '';
  return [
    comment(help.description),
    comment(`Value: ${help.value}. Default: ${defaultText || 'unset'}.`),
    `#${name}=${defaultText}\n`,
  ].join('');
}

/** Lines of at most 100 characters, each a comment. */
function comment(text: string): string {
  return text.replaceAll(/(.{1,98})(?: |$)/g, '# $1\n');
}
