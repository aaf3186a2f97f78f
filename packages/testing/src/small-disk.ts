import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Returns why no small file system can be mounted on this machine; null if one can. */
export function smallDiskProblem(): string | null {
  if (process.platform !== 'linux') return 'it needs tmpfs of Linux';
  const folder = mkdtempSync(path.join(tmpdir(), 'hourglass-disk-'));
  try {
    execFileSync('mount', mountArguments(folder, 64), { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return null;
  } catch {
    return 'mounting needs root';
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
  await run('mount', mountArguments(folder, kibibytes));
  return {
    async unmount() {
      await run('umount', ['--lazy', folder]);
    },
  };
}

function mountArguments(folder: string, kibibytes: number): string[] {
  return ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'hourglass-test', folder];
}
