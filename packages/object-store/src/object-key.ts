const keyPattern = /^[A-Za-z0-9._-]{1,255}(\/[A-Za-z0-9._-]{1,255})*$/;
const prefixPattern = /^[A-Za-z0-9._/-]*$/;
const maxKeyCharacters = 1024;

/**
 * Both stores take the same keys, so that an archive written to a folder could move to S3 unchanged: a file name
 * may have 255 characters, an S3 key 1024, and no segment may name a folder's self or parent.
 * @throws TypeError for anything else.
 */
export function assertObjectKey(key: string): void {
  if (key.length > maxKeyCharacters || !keyPattern.test(key) || hasDotSegment(key)) {
    throw new TypeError(`${JSON.stringify(key)} is not an object key`);
  }
}

/**
 * A prefix is text, not a folder: `a/b` lists `a/b1` and `a/b/c`.
 * @throws TypeError when no key can begin so.
 */
export function assertObjectPrefix(prefix: string): void {
  if (prefix.startsWith('/') || !prefixPattern.test(prefix) || hasDotSegment(prefix)) {
    throw new TypeError(`${JSON.stringify(prefix)} is not the beginning of object keys`);
  }
}

function hasDotSegment(path: string): boolean {
  return path.split('/').some((segment) => segment === '.' || segment === '..');
}
