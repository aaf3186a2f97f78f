// Runs a complete Hourglass for a script: all parts on this machine, data in a temporary folder, a free port.
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { root } from './setup.mjs';

/** Calls `work(supervisor, folder)` with a running Hourglass and its temporary folder. Stops and removes both at the end. */
export async function withStandalone(settings, work) {
  const folder = await createTemporaryFolder();
  // As root, PostgreSQL runs under another account, which must be able to enter the folder.
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

async function createTemporaryFolder() {
  try {
    return await mkdtemp(path.join(tmpdir(), 'hourglass-'));
  } catch (error) {
    throw new Error(
      `cannot create a folder in ${tmpdir()} (${error.code}); TMPDIR names another folder for temporary files`,
      { cause: error },
    );
  }
}

/** Drops the user's own settings, so that a script never touches the user's database. */
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
    // In its own process group: Ctrl-C reaches only the script, which then stops it.
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
    throw new Error(`Hourglass exited with code ${code}; its last output:\n${tail.join('\n')}`);
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
  // Awaited only now and then; a rejection in between must not end the script.
  broken.catch(() => {});
  return {
    ready: Promise.race([ready, broken]),
    /** Rejects when Hourglass ends or the script gets a signal. */
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

/** As root below an inaccessible folder, the database is outside the data folder, which has a pointer to it. */
async function removeAll(folder) {
  const pointer = await readFile(path.join(folder, 'data/postgres-folder'), 'utf8').catch(() => '');
  if (pointer.trim() !== '') await rm(pointer.trim(), { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
}
