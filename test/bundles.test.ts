import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { repositoryRoot, startNode } from '@hourglass/testing';
import { expect, test } from 'vitest';

test('the stack of an error names lines of our sources', async () => {
  const server = createServer((_, response) =>
    response.setHeader('content-type', 'application/json').end('null'),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const cli = startNode('apps/cli/bin/hourglass.js', {
      args: ['wait', '--org', 'acme', '--env', 'prod', 'an-id', '--debug'],
      env: { HOURGLASS_URL: `http://127.0.0.1:${port}`, HOURGLASS_TOKEN: 'any' },
      cwd: repositoryRoot,
    });
    expect((await cli.exited).code).toBe(1);
    const files = [...cli.output().matchAll(/^ +at .*?([^ (]+\.ts):\d+:\d+\)?$/gm)].map(([, file]) => file);
    expect(files).toContain(path.join(repositoryRoot, 'apps/cli/src/commands/wait.ts'));
    expect(files).toContain(path.join(repositoryRoot, 'apps/cli/src/main.ts'));
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
