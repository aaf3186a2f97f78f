import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { repositoryRoot } from '@hourglass/testing';

const preload = 'packages/platform/dist/size-thread-pool.cjs';
const countThreads = `
  import { readdirSync } from 'node:fs';
  import { stat } from 'node:fs/promises';
  await stat('.');
  console.log(readdirSync('/proc/self/task').length);`;

/** The number of threads of a process that has used its pool from an ES module. */
async function threads(environment: Readonly<Record<string, string>>): Promise<number> {
  const args = ['--require', `./${preload}`, '--input-type=module', '--eval', countThreads];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: repositoryRoot,
    env: environment,
  });
  return Number(stdout);
}

test.runIf(process.platform === 'linux')(
  'the thread pool grows with the number of concurrent queries',
  async () => {
    const [ofDefault, ofFive, ofOperator] = await Promise.all([
      threads({}),
      threads({ HOURGLASS_WORKER_CONCURRENCY: '5' }),
      threads({ HOURGLASS_WORKER_CONCURRENCY: '5', UV_THREADPOOL_SIZE: '9' }),
    ]);
    expect(ofFive - ofDefault).toBe(2 * (5 - 2));
    expect(ofOperator - ofDefault).toBe(9 - (2 * 3 + 4));
  },
);

test('the images preload it, and no other place sets a size', () => {
  const dockerfile = readFileSync(path.join(repositoryRoot, 'Dockerfile'), 'utf8');
  expect(dockerfile).toContain(`--require=/app/${preload}"\n`);
  const compose = readFileSync(path.join(repositoryRoot, 'docker-compose.yml'), 'utf8');
  expect(dockerfile + compose).not.toContain('UV_THREADPOOL_SIZE');
});
