import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repositoryRoot, startNode, temporaryFolder, type TemporaryFolder } from '@hourglass/testing';

/** The script is plain JavaScript without declarations. */
const { loadEnvFile } = (await import(new URL('../scripts/env-file.mjs', import.meta.url).href)) as {
  loadEnvFile: (file: string, environment: Record<string, string | undefined>) => Promise<void>;
};

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

async function load(text: string, environment: Record<string, string> = {}): Promise<Record<string, string>> {
  const file = path.join(folder.path, '.env');
  await writeFile(file, text);
  const loaded = { ...environment };
  await loadEnvFile(file, loaded);
  return loaded;
}

describe('.env of npm start', () => {
  test('sets variables as Docker Compose does', async () => {
    const text = [
      '\uFEFF# settings\r',
      'HOURGLASS_PORT=8081 # a comment\r',
      "  export S3_SECRET_ACCESS_KEY='a b$c\\d #e'  # a comment",
      'HOURGLASS_BOOTSTRAP_PASSWORD=not#a#comment',
      'HOURGLASS_BOOTSTRAP_ORG="acme"',
      '',
      'HOURGLASS_RETENTION_DAYS=',
      'DATABASE_URL=postgresql://u:p@h/d?a=b',
    ].join('\n');
    expect(await load(text)).toEqual({
      HOURGLASS_PORT: '8081',
      S3_SECRET_ACCESS_KEY: 'a b$c\\d #e',
      HOURGLASS_BOOTSTRAP_PASSWORD: 'not#a#comment',
      HOURGLASS_BOOTSTRAP_ORG: 'acme',
      HOURGLASS_RETENTION_DAYS: '',
      DATABASE_URL: 'postgresql://u:p@h/d?a=b',
    });
  });

  test('yields to the environment of the process, also to an empty variable', async () => {
    const own = { HOURGLASS_PORT: '9000', HOURGLASS_RETENTION_DAYS: '' };
    const text = 'HOURGLASS_PORT=8081\nHOURGLASS_RETENTION_DAYS=30\nHOURGLASS_HOST=::1\n';
    expect(await load(text, own)).toEqual({ ...own, HOURGLASS_HOST: '::1' });
  });

  test('may be missing', async () => {
    const environment = {};
    await loadEnvFile(path.join(folder.path, 'no-file'), environment);
    expect(environment).toEqual({});
  });

  test('is refused with every line that is not valid, without showing values', async () => {
    const text = [
      'HOURGLASS_PORT 8081',
      'HOURGLASS_HOST = ::1',
      'HOURGLASS_TOKEN="secret',
      'S3_BUCKET=secret$x',
      'S3_REGION=eu',
      'S3_REGION=us',
      "S3_ACCESS_KEY_ID='secret' more",
    ].join('\n');
    const message = await load(text).then(String, (error: Error) => error.message);
    expect(message.split('\n').slice(1)).toEqual([
      '  line 1: no assignment; expected NAME=value',
      '  line 2: no assignment; expected NAME=value',
      '  line 3: HOURGLASS_TOKEN has a quote, "$" or "\\" in its value; expected the whole value in single quotes',
      '  line 4: S3_BUCKET has a quote, "$" or "\\" in its value; expected the whole value in single quotes',
      '  line 6: S3_REGION is already set in line 5; expected one line',
      '  line 7: S3_ACCESS_KEY_ID has a quote, "$" or "\\" in its value; expected the whole value in single quotes',
    ]);
    await expect(load('x')).rejects.toThrow('cannot read a line:');
  });

  test('ends npm start with exit code 1 before anything is installed, when it is not valid', async () => {
    const checkout = path.join(folder.path, 'checkout');
    await cp(path.join(repositoryRoot, 'scripts'), path.join(checkout, 'scripts'), { recursive: true });
    await mkdir(path.join(checkout, '.env'));
    const start = startNode('scripts/start.mjs', { cwd: checkout, env: {} });
    expect(await start.exited).toMatchObject({ code: 1 });
    expect(start.output()).toBe(
      `hourglass: ${path.join(checkout, '.env')}: cannot be read (EISDIR); expected a file of NAME=value lines`,
    );
  });
});
