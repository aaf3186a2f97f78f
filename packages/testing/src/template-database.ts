import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';

export interface TestDatabase {
  readonly url: string;
  /** Also closes the connections that are still open. */
  drop(): Promise<void>;
}

/** Creates a database with the template's schema on the template's server. */
export async function copyTemplateDatabase(template: string): Promise<TestDatabase> {
  const templateUrl = new URL(template);
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await withMaintenanceClient(templateUrl, (client) =>
    copyTemplate(client, templateUrl.pathname.slice(1), name),
  );
  return {
    url: databaseUrl(templateUrl, name),
    drop: () =>
      withMaintenanceClient(templateUrl, async (client) => {
        await client.query(`drop database if exists ${name} with (force)`);
      }),
  };
}

/** Retries while another copy runs: PostgreSQL copies a database only while nothing is connected to it. */
async function copyTemplate(client: Client, template: string, name: string): Promise<void> {
  const objectInUse = '55006';
  const giveUpAt = Date.now() + 30_000;
  for (;;) {
    try {
      await client.query(`create database ${name} template ${template}`);
      return;
    } catch (error) {
      const busy = error instanceof DatabaseError && error.code === objectInUse;
      if (!busy || Date.now() > giveUpAt) throw error;
      await delay(20);
    }
  }
}

async function withMaintenanceClient(
  templateUrl: URL,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const client = new Client({ connectionString: databaseUrl(templateUrl, 'postgres') });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function databaseUrl(server: URL, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
