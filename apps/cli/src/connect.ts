import { readClientSettings, SettingsError, type ClientSettings } from '@hourglass/platform/settings';
import { createApiClient, type ApiClient } from './api-client.ts';
import type { CommandContext, LocalContext } from './command-context.ts';
import { CommandError } from './command-error.ts';

/** Adds the settings and the API to the surroundings of a command. */
export function connect(context: LocalContext): CommandContext {
  let client: ApiClient | undefined;
  const settings = () => readSettings(context.environment);
  const onRetry = ({ message }: Error) => context.messages.write(`hourglass: ${message}; retrying\n`);
  const openWith = (token: string | null) =>
    createApiClient({ url: settings().url, token, signal: context.signal, onRetry });
  const open = () => {
    const { token } = settings();
    if (token !== null) return openWith(token);
    throw new CommandError(
      'HOURGLASS_TOKEN: unset or empty; expected a bearer token, such as the one in credentials.json',
    );
  };
  return { ...context, settings, api: () => (client ??= open()), openApi: () => openWith(null) };
}

/** @throws CommandError */
function readSettings(environment: LocalContext['environment']): ClientSettings {
  try {
    return readClientSettings(environment);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const faults = error.faults.map((text) => {
      const [field = '', ...rest] = text.split(': ');
      return { field, message: rest.join(': ') };
    });
    throw new CommandError(error.faults.join('; '), {}, { faults, cause: error });
  }
}
