import { bytesOfBlob, listMembers, rangeOf } from './archive-file.ts';
import { manifestName } from './manifest.ts';

/** Takes the only part out of a downloaded archive. Null: there are several, which nothing joins. */
export async function onlyPartOf(blob: Blob): Promise<Blob | null> {
  const archive = bytesOfBlob(blob);
  const [part, ...others] = (await listMembers(archive)).filter(({ name }) => name !== manifestName);
  if (part === undefined || others.length > 0) return null;
  const { start, endExclusive } = await rangeOf(archive, part);
  return blob.slice(start, endExclusive);
}
