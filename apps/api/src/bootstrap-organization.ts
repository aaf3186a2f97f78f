import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BootstrapSettings } from '@hourglass/platform';
import { z } from 'zod';
import { newPassword, newToken } from './new-secrets.ts';

const credentials = z.strictObject({
  organization: z.string(),
  environments: z.array(z.string()),
  email: z.string(),
  password: z.string(),
  token: z.string(),
});
type Credentials = z.infer<typeof credentials>;

export interface OrganizationBootstrap {
  /**
   * Creates the organization with its administrator and token. Returns false if any organization
   * exists.
   */
  bootstrap(first: Credentials): Promise<boolean>;
}

/**
 * Creates the first organization if there is none, with random credentials where the settings have
 * none. Returns a notice to print, or null if nothing was created.
 *
 * The credentials are written to disk before the organization is committed, so that a crash leaves
 * no organization without usable credentials. The next start uses the same ones.
 */
export async function bootstrapOrganization(
  settings: { bootstrap: BootstrapSettings; dataDirectory: string },
  database: OrganizationBootstrap,
): Promise<string | null> {
  const file = path.join(settings.dataDirectory, 'credentials.json');
  const pendingFile = `${file}.pending`;
  const pending = await readCredentials(pendingFile);
  const first = pending ?? newCredentials(settings.bootstrap);
  await writeFile(pendingFile, `${JSON.stringify(first, null, 2)}\n`, { mode: 0o600 });

  const created = await database.bootstrap(first);
  if (!created && pending === null) {
    await rm(pendingFile);
    return null;
  }
  await rename(pendingFile, file);
  return describe(first, settings.bootstrap, file);
}

function newCredentials({
  organization,
  environments,
  email,
  password,
  token,
}: BootstrapSettings): Credentials {
  return {
    organization,
    environments: [...environments],
    email,
    password: password ?? newPassword(),
    token: token ?? newToken(),
  };
}

async function readCredentials(file: string): Promise<Credentials | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  return text === null ? null : credentials.parse(JSON.parse(text));
}

/** Shows only secrets that were generated. */
function describe(
  { organization, environments, email, password, token }: Credentials,
  given: BootstrapSettings,
  file: string,
): string {
  return [
    `Created the organization "${organization}" with the environments ${environments.join(', ')}.`,
    `  e-mail:   ${email}`,
    `  password: ${given.password === password ? 'as given in HOURGLASS_BOOTSTRAP_PASSWORD' : password}`,
    `  token:    ${given.token === token ? 'as given in HOURGLASS_BOOTSTRAP_TOKEN' : token}`,
    `These are shown once; they are also in ${file}.`,
  ].join('\n');
}
