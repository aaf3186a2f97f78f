type ScratchDiskFault = 'diskFull' | 'diskBroken';

const faultOfCode: Readonly<Record<string, ScratchDiskFault>> = {
  ENOSPC: 'diskFull',
  EDQUOT: 'diskFull',
  EIO: 'diskBroken',
  EROFS: 'diskBroken',
  ENOTDIR: 'diskBroken',
  EACCES: 'diskBroken',
  EPERM: 'diskBroken',
};

/** Returns the fault of the disk that an error of the operating system reports, or null. */
export function scratchDiskFault(error: unknown): ScratchDiskFault | null {
  if (!(error instanceof Error && 'code' in error)) return null;
  return faultOfCode[String(error.code)] ?? null;
}
