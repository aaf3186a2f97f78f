// npm run check: runs every check:… script of package.json (static checks) and reports all results.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { reportFailure } from './report-failure.mjs';
import { capture } from './run-program.mjs';
import { root, setUp } from './setup.mjs';

await reportFailure(async () => {
  await setUp();
  const { scripts } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  const waiting = Object.entries(scripts).filter(([name]) => name.startsWith('check:'));
  const failed = [];
  // Two at a time: each keeps about one core busy, and the CI machines have two.
  await Promise.all(Array.from({ length: 2 }, () => work(waiting, failed)));
  console.log(failed.length === 0 ? 'all checks passed' : `failed: ${failed.join(', ')}`);
  if (failed.length > 0) process.exitCode = 1;
});

async function work(waiting, failed) {
  const binaries = path.join(root, 'node_modules/.bin');
  const env = { ...process.env, PATH: `${binaries}${path.delimiter}${process.env.PATH}` };
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [name, command] = next;
    const startedAtMs = performance.now();
    const { code, output } = await capture(command, [], { cwd: root, env, shell: true });
    const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
    if (code !== 0) {
      failed.push(name);
      console.log(output);
    }
  }
}
