// A whole Hourglass of its own for a script: every part on this machine, data in a temporary folder, any free port.
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { root } from './setup.mjs';

/** Calls `work` with a temporary folder and what runs on its `data`; afterwards nothing of it is left. */
export async function withStandalone(settings, work) {
  const folder = await mkdtemp(path.join(tmpdir(), 'hourglass-'));
  // Root's PostgreSQL runs as another account, which must get through.
  await chmod(folder, 0o755);
  let supervisor = null;
  try {
    supervisor = startSupervisor(path.join(folder, 'data'), settings);
    return await work(supervisor, folder);
  } finally {
    await supervisor?.stop();
    await removeAll(folder);
  }
}

/** The settings of the person who runs a script are not for it: it must not touch a database of his. */
export function environmentWith(changes) {
  const foreign = /^(HOURGLASS_|S3_|DATABASE_URL$|REDIS_URL$)/;
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(own), ...changes };
}

function startSupervisor(dataDirectory, settings) {
  const child = spawn(process.execPath, [path.join(root, 'apps/standalone/dist/main.js')], {
    cwd: root,
    env: environmentWith({ HOURGLASS_PORT: '0', HOURGLASS_DATA_DIR: dataDirectory, ...settings }),
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C is for the script, which then stops it.
    detached: true,
  });
  const interrupted = new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.once(signal, () => reject(new Error(`stopped by ${signal}`)));
    }
  });
  const tail = [];
  const exited = new Promise((resolve) => {
    child.once('close', resolve);
  });
  const ended = exited.then((code) => {
    throw new Error(`Hourglass ended with exit code ${code}; its last output:\n${tail.join('\n')}`);
  });
  const ready = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        tail.push(line);
        if (tail.length > 30) tail.shift();
        const url = /^hourglass ready on (\S+)$/.exec(line)?.[1];
        if (url !== undefined) resolve(url);
      });
    }
  });
  const broken = Promise.race([ended, interrupted]);
  // It is looked at only while something is waited for, and may be rejected in between.
  broken.catch(() => {});
  return {
    ready: Promise.race([ready, broken]),
    /** Rejects when it makes no sense to go on. */
    broken,
    tail: () => tail.join('\n'),
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 12_000);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** As root in a closed place the database lies outside of the data folder, which names it. */
async function removeAll(folder) {
  const pointer = await readFile(path.join(folder, 'data/postgres-folder'), 'utf8').catch(() => '');
  if (pointer.trim() !== '') await rm(pointer.trim(), { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
}
