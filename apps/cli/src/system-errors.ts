import { CommandError } from './command-error.ts';

/** By the codes of the operating system. */
const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EBUSY: 'in use by another program',
  EDQUOT: 'disk quota exceeded',
  EEXIST: 'exists already',
  EFBIG: 'the file is too large for this disk',
  EIO: 'the disk reports an error',
  EISDIR: 'is a folder; expected a file',
  ELOOP: 'symbolic links refer to each other',
  EMFILE: 'too many open files; "ulimit -n" shows the limit',
  ENAMETOOLONG: 'the name is too long',
  ENFILE: 'too many open files on this machine',
  ENOENT: 'no such file or folder',
  ENOSPC: 'no space left on the disk',
  ENOTDIR: 'a part of the path is a file; expected a folder',
  ENXIO: 'the device is not available',
  EPERM: 'not permitted',
  EPIPE: 'the reader of the pipe has ended',
  EROFS: 'the disk is read-only',
  ETXTBSY: 'a program that runs; expected another file',
};

/** Returns the reason of an operating system's error, or null for any other error. */
export function systemReason(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return null;
  return reasons[String(error.code)] ?? `${String(error.code)} in ${String(error.syscall)}`;
}

/** Names the file in an error of the operating system, whose own message often lacks it. Returns other errors unchanged. */
export function withFileName(file: string, error: unknown): unknown {
  const reason = systemReason(error);
  return reason === null ? error : new CommandError(`${file}: ${reason}`, {}, { cause: error });
}
