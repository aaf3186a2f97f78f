import { fetchTemplateUrl } from './services-of-the-run.ts';
import { copyTemplateDatabase, type TestDatabase } from './template-database.ts';

export type { TestDatabase } from './template-database.ts';

/** Creates a database with the whole schema and no rows, which the test drops. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return copyTemplateDatabase(await fetchTemplateUrl());
}
