import { connectDatabase } from '@hourglass/testing';

/** Makes every token of the instance good for the environment of this name only, in its own organization. */
export async function bindTokens(databaseUrl: string, environment: string): Promise<void> {
  const database = await connectDatabase(databaseUrl);
  try {
    await database.sql(
      `update tokens set environment_id = environments.id
         from users join environments using (organization_id)
        where users.id = tokens.user_id and environments.name = $1`,
      [environment],
    );
  } finally {
    await database.end();
  }
}
