import { fetchTemplateUrl } from './services-of-the-run.ts';
import { copyTemplateDatabase, type TestDatabase } from './template-database.ts';

export type { TestDatabase } from './template-database.ts';

/** A database of the test's own with the whole schema and no rows. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return copyTemplateDatabase(await fetchTemplateUrl());
}
