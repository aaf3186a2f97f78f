import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { catalogue } from '@hourglass/query';
import { repositoryRoot } from '@hourglass/testing';
import { expect, test } from 'vitest';
import { withCatalogueModels } from './catalogue-models.ts';

/** `npx vitest run packages/database/test/catalogue-models.test.ts -u` writes the models anew. */
test('schema.prisma has the models that follow from the catalogue', async () => {
  const file = path.join(repositoryRoot, 'prisma/schema.prisma');
  const committed = await readFile(file, 'utf8');
  await expect(withCatalogueModels(committed, catalogue)).toMatchFileSnapshot(file);
});
