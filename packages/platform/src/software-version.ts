import { readFile } from 'node:fs/promises';

/** Returns the version in the manifest of a package. */
export async function softwareVersion(manifest: URL): Promise<string> {
  return (JSON.parse(await readFile(manifest, 'utf8')) as { version: string }).version;
}
