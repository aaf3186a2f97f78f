import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { isServiceMissing } from './require-service.ts';

const run = promisify(execFile);

/**
 * For `describe.skipIf`. Also under `CI=true` the tests are skipped with a warning where nothing can be mounted: a
 * container may forbid it even to root.
 */
export function isSmallDiskMissing(): boolean {
  return isServiceMissing({ service: 'a small file system', problem: smallDiskProblem(), environment: {} });
}

/** Returns why no small file system can be mounted on this machine; null if one can. */
function smallDiskProblem(): string | null {
  if (process.platform !== 'linux') return 'it needs tmpfs of Linux';
  const folder = mkdtempSync(path.join(tmpdir(), 'hourglass-disk-'));
  try {
    for (const command of [mountCommand(folder, 64), ['umount', folder]]) {
      const [program, args] = asRoot(command);
      execFileSync(program, args, { stdio: 'ignore' });
    }
    return null;
  } catch {
    return 'mounting needs root, or sudo without a password';
  } finally {
    rmdirSync(folder);
  }
}

export interface SmallDisk {
  /** Also while files on it are open. */
  unmount(): Promise<void>;
}

/** Mounts an empty file system of this size at a folder, which is created if it is missing. */
export async function mountSmallDisk(
  folder: string,
  { kibibytes }: { kibibytes: number },
): Promise<SmallDisk> {
  mkdirSync(folder, { recursive: true });
  await run(...asRoot(mountCommand(folder, kibibytes)));
  return {
    async unmount() {
      await run(...asRoot(['umount', '--lazy', folder]));
    },
  };
}

/** Every user may write to it, as to /tmp. */
function mountCommand(folder: string, kibibytes: number): string[] {
  return ['mount', '-t', 'tmpfs', '-o', `size=${kibibytes}k,mode=1777`, 'hourglass-test', folder];
}

function asRoot(command: readonly string[]): [string, string[]] {
  return process.getuid?.() === 0 ? ['env', [...command]] : ['sudo', ['-n', ...command]];
}
