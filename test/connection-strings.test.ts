import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createTestDatabase,
  repositoryRoot,
  startNode,
  startTestQueue,
  temporaryFolder,
  type TemporaryFolder,
  type TestDatabase,
} from '@hourglass/testing';

const canary = 'canary-in-a-password';

let database: TestDatabase;
let queue: Awaited<ReturnType<typeof startTestQueue>>;
let folder: TemporaryFolder;
beforeAll(async () => {
  [database, queue, folder] = await Promise.all([createTestDatabase(), startTestQueue(), temporaryFolder()]);
});
afterAll(async () => {
  await Promise.all([database.drop(), queue.stop(), folder.remove()]);
});

function withPassword(url: string, password: string): string {
  const changed = new URL(url);
  changed.password = password;
  return changed.href;
}

test('A wrong password of the database or the queue is neither logged nor returned', async () => {
  const api = startNode('apps/api/dist/main.js', {
    cwd: repositoryRoot,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOURGLASS_PORT: '0',
      HOURGLASS_LOG_LEVEL: 'trace',
      HOURGLASS_DATA_DIR: folder.path,
      DATABASE_URL: withPassword(database.url, canary),
      REDIS_URL: withPassword(queue.url, canary),
    },
  });
  try {
    const port = await api.lineWith((line) => {
      if (!line.includes('"listening"')) return null;
      return (JSON.parse(line) as { address: { port: number } }).address.port;
    });
    for (const service of ['database', 'queue']) {
      await api.lineWith((line) => (line.includes(`the ${service} is not available (`) ? line : null));
    }
    const origin = `http://127.0.0.1:${port}`;
    const ready = await fetch(`${origin}/readyz`);
    const asked = await fetch(`${origin}/v1/organizations`, { headers: { Authorization: 'Bearer x' } });
    expect([ready.status, asked.status]).toEqual([503, 503]);
    expect(`${api.output()}${await ready.text()}${await asked.text()}`).not.toContain(canary);
  } finally {
    await api.stop();
  }
});
