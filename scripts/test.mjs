// npm test [-- arguments of vitest], npm run test:long, test:abuse, test:cluster, test:faults and test:soak: runs the tests
// and ends with a line that counts them.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { reportFailure } from './report-failure.mjs';
import { run } from './run-program.mjs';
import { root, setUp } from './setup.mjs';

const [first, ...others] = process.argv.slice(2);
const suites = ['long', 'abuse', 'cluster', 'faults', 'soak'];
const suite = suites.find((name) => first === `--${name}`) ?? 'short';
const extraArguments = suite === 'short' ? process.argv.slice(2) : others;
// The files of these run one after another: each needs the whole machine, or measures on it.
const needsMachine = ['abuse', 'cluster', 'faults'].includes(suite);
const testArguments = needsMachine ? [...extraArguments, '--no-file-parallelism'] : extraArguments;

await reportFailure(async () => {
  await setUp();
  const folder = await mkdtemp(path.join(tmpdir(), 'hourglass-report-'));
  try {
    const report = path.join(folder, 'report.json');
    const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const code = await run(process.execPath, [vitest, 'run', ...reporters, ...testArguments], {
      cwd: root,
      env: { ...process.env, TEST_SUITE: suite },
    });
    const { passed, failed } = await count(report);
    console.log(`${passed} passed, ${failed} failed`);
    process.exitCode = code;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** A file that failed to load has no tests and counts as one failure. */
async function count(report) {
  let result;
  try {
    result = JSON.parse(await readFile(report, 'utf8'));
  } catch {
    return { passed: 0, failed: 1 };
  }
  const broken = result.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  );
  return { passed: result.numPassedTests, failed: result.numFailedTests + broken.length };
}
