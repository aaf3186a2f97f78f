// Installs the dependencies of a checkout and builds it. Uses only Node.js, because it runs on a fresh clone.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runQuietly } from './run-program.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Silent when everything is up to date. Concurrent calls in one checkout run one after the other. */
export async function setUp() {
  requireNode(20, 19);
  await withSetupLock(async () => {
    if (!(await isInstalled())) {
      console.error('hourglass: installing the dependencies (npm ci) …');
      await installDependencies(root);
    }
    await build();
  });
}

function requireNode(major, minor) {
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  throw new Error(`Node.js ${process.versions.node} is too old; expected ${major}.${minor} or newer`);
}

/** Compares the lock file with npm's record of the last installation. */
async function isInstalled() {
  const wanted = JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8')).packages;
  let present;
  try {
    present = JSON.parse(await readFile(path.join(root, 'node_modules/.package-lock.json'), 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
  return Object.entries(wanted).every(([folder, { version, integrity, optional }]) => {
    if (!folder.includes('node_modules/')) return true;
    const installed = present[folder];
    // npm skips optional dependencies for other platforms.
    if (installed === undefined) return optional === true;
    return installed.version === version && installed.integrity === integrity;
  });
}

/** Installs the dependencies that the lock file in `folder` lists. */
export async function installDependencies(folder) {
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  // npm sets this variable for its scripts; without it npm must be on PATH.
  const npm = process.env.npm_execpath;
  if (npm?.endsWith('.js')) await runQuietly(process.execPath, [npm, ...args], { cwd: folder });
  else await runQuietly('npm', args, { cwd: folder, shell: process.platform === 'win32' });
}

async function build() {
  const notice = setTimeout(() => console.error('hourglass: building …'), 1_500);
  try {
    const turbo = createRequire(import.meta.url).resolve('turbo/bin/turbo');
    // The build cache is a folder of this checkout; turbo sends and fetches nothing.
    const args = [turbo, 'run', 'build', '--output-logs=errors-only', '--cache=local:rw', '--ui=stream'];
    await runQuietly(process.execPath, args, {
      cwd: root,
      env: {
        ...process.env,
        TURBO_TELEMETRY_DISABLED: '1',
        TURBO_NO_UPDATE_NOTIFIER: '1',
        DO_NOT_TRACK: '1',
        FORCE_COLOR: '0',
      },
    });
  } finally {
    clearTimeout(notice);
  }
}

/** Runs `work` while no other process installs or builds in this checkout. */
export async function withSetupLock(work) {
  const file = path.join(root, '.turbo/setup.lock');
  await mkdir(path.dirname(file), { recursive: true });
  let isNoticeShown = false;
  while (!(await tryLock(file))) {
    if (!isNoticeShown) console.error('hourglass: waiting for another setup of this checkout …');
    isNoticeShown = true;
    await delay(100);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function tryLock(file) {
  try {
    await writeFile(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const holder = Number(await readFile(file, 'utf8').catch(() => ''));
  // Zero: the other process has created the file but not yet written its id.
  if (holder > 0 && !isRunning(holder)) await rm(file, { force: true });
  return false;
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
