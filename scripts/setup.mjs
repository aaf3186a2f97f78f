// Brings a checkout to where its programs can run: dependencies installed, everything built. It runs on a fresh
// clone, so it uses nothing but Node.js.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runQuietly } from './run-program.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Does nothing, and says nothing, when there is nothing to do. Two at once wait for each other. */
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
  throw new Error(`Hourglass needs Node.js ${major}.${minor} or newer, this is ${process.versions.node}`);
}

/** npm notes at the end of an installation what it has installed; that must be what the lock file wants. */
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
    // An optional one is left out on machines it is not made for.
    if (installed === undefined) return optional === true;
    return installed.version === version && installed.integrity === integrity;
  });
}

/** Installs what the lock file in `folder` lists. */
export async function installDependencies(folder) {
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  // npm says in this variable where it is when it has started us; else it is looked for on PATH.
  const npm = process.env.npm_execpath;
  if (npm?.endsWith('.js')) await runQuietly(process.execPath, [npm, ...args], { cwd: folder });
  else await runQuietly('npm', args, { cwd: folder, shell: process.platform === 'win32' });
}

async function build() {
  const notice = setTimeout(() => console.error('hourglass: building …'), 1_500);
  try {
    const turbo = createRequire(import.meta.url).resolve('turbo/bin/turbo');
    // The cache of the build is a folder of this checkout; nothing is sent or fetched.
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

async function withSetupLock(work) {
  const file = path.join(root, '.turbo/setup.lock');
  await mkdir(path.dirname(file), { recursive: true });
  let told = false;
  while (!(await tryLock(file))) {
    if (!told) console.error('hourglass: waiting for another set-up of this checkout …');
    told = true;
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
  // Zero: the other one is just writing its number.
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
