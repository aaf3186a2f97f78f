import type { TestProject } from 'vitest/node';
import { serveDatabase } from './database-of-the-run.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers with the database of the test run, which starts with the first question. */
    databaseOfTheRun: string;
  }
}

/** Before all test files: makes one PostgreSQL available to them. What this returns is called after the last. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const database = await serveDatabase();
  project.provide('databaseOfTheRun', database.address);
  return () => database.close();
}
