import { temporaryFolder } from '@hourglass/testing';
import { expect, test } from 'vitest';
import { bootstrapOrganization } from '../src/bootstrap-organization.ts';

test('The first start prints the password and token that it generated, and none that was given', async () => {
  const folder = await temporaryFolder();
  const first = { organization: 'acme', environments: ['prod'], email: 'a@acme.example' };
  const secrets: string[] = [];
  const notice = (given: { password: string | null; token: string | null }) =>
    bootstrapOrganization(
      { bootstrap: { ...first, ...given }, dataDirectory: folder.path },
      {
        bootstrap: ({ password, token }) => {
          secrets.push(password, token);
          return Promise.resolve(true);
        },
      },
    );
  const generated = await notice({ password: null, token: null });
  for (const secret of secrets) expect(generated).toContain(secret);
  const given = await notice({ password: 'a given password', token: 'a given token' });
  expect(given).not.toMatch(/a given (password|token)/);
  expect(given).toContain('as given in HOURGLASS_BOOTSTRAP_PASSWORD');
  await folder.remove();
});
