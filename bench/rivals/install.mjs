// Uses only Node.js, because it runs before anything is installed.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { installDependencies, root, withSetupLock } from '../../scripts/setup.mjs';

const folder = path.join(root, 'bench');

/** Installs the dependencies of `bench`, unless they are present. Only benchmarks and tests of clusters need them. */
export async function installRivals() {
  await withSetupLock(installMissing);
}

async function installMissing() {
  const { dependencies } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
  const present = await Promise.all(
    Object.entries(dependencies).map(async ([name, version]) => (await installedVersion(name)) === version),
  );
  if (!present.includes(false)) return;
  console.error('hourglass: installing the rivals into bench (npm ci, about 550 MB) …');
  await installDependencies(folder);
}

async function installedVersion(name) {
  try {
    return JSON.parse(await readFile(path.join(folder, 'node_modules', name, 'package.json'), 'utf8'))
      .version;
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}
