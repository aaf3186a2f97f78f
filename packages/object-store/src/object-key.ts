const keyPattern = /^[A-Za-z0-9._-]{1,255}(\/[A-Za-z0-9._-]{1,255})*$/;
const prefixPattern = /^[A-Za-z0-9._/-]*$/;
const maxKeyCharacters = 1024;

/**
 * Checks a key by the rules of both stores, so that archives can be moved from a folder to S3: at
 * most 1024 characters (S3), at most 255 in a segment (file systems), no segment `.` or `..`.
 * @throws TypeError
 */
export function assertObjectKey(key: string): void {
  if (key.length > maxKeyCharacters || !keyPattern.test(key) || hasDotSegment(key)) {
    throw new TypeError(
      `object key: ${JSON.stringify(key)} is not valid; expected segments of letters, digits, ".", "_" and "-"`,
    );
  }
}

/**
 * Checks a prefix. A prefix is text, not a folder: `a/b` matches `a/b1` and `a/b/c`.
 * @throws TypeError when no key can begin with it
 */
export function assertObjectPrefix(prefix: string): void {
  if (prefix.startsWith('/') || !prefixPattern.test(prefix) || hasDotSegment(prefix)) {
    throw new TypeError(
      `prefix: ${JSON.stringify(prefix)} is not valid; expected the beginning of an object key`,
    );
  }
}

function hasDotSegment(path: string): boolean {
  return path.split('/').some((segment) => segment === '.' || segment === '..');
}
