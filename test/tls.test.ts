import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  eventually,
  makeCertificate,
  repositoryRoot,
  sharedSystem,
  startNode,
  temporaryFolder,
  type NodeProcess,
  type TemporaryFolder,
  type TestSystem,
} from '@hourglass/testing';

const { cert, key } = makeCertificate();

/** The health check of the image of the API, as Docker runs it. */
function healthCheck(): readonly string[] {
  const dockerfile = readFileSync(path.join(repositoryRoot, 'Dockerfile'), 'utf8');
  const command = /^HEALTHCHECK [^\n]*\n {2}CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]';
  return JSON.parse(command) as string[];
}

describe('an API with a certificate', () => {
  let system: TestSystem;
  let folder: TemporaryFolder;
  let api: NodeProcess;
  let port: number;
  let env: Record<string, string>;

  beforeAll(async () => {
    [system, folder] = await Promise.all([sharedSystem('api'), temporaryFolder()]);
    const [certFile, keyFile] = [path.join(folder.path, 'cert.pem'), path.join(folder.path, 'key.pem')];
    await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key)]);
    env = {
      PATH: process.env['PATH'] ?? '',
      DATABASE_URL: system.databaseUrl,
      // Nothing listens on port 1. What is asked here needs no queue.
      REDIS_URL: 'redis://127.0.0.1:1',
      HOURGLASS_DATA_DIR: folder.path,
      HOURGLASS_PORT: '0',
      HOURGLASS_TLS_CERT: certFile,
      HOURGLASS_TLS_KEY: keyFile,
    };
    api = startNode('apps/api/dist/main.js', { env, cwd: repositoryRoot });
    port = await api.lineWith((line) => {
      if (!line.includes('"listening"')) return null;
      return (JSON.parse(line) as { address: { port: number } }).address.port;
    });
  });
  afterAll(async () => {
    await api.stop();
    await folder.remove();
    await system.stop();
  });

  test('tells browsers to come back over https only', async () => {
    const request = https.get({ host: 'localhost', port, path: '/healthz', ca: cert });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(200);
    expect(response.headers['strict-transport-security']).toMatch(/^max-age=\d{8}$/);
  });

  test('streams an event over TLS when it happens', async () => {
    const request = https.get({
      host: 'localhost',
      port,
      path: `/v1/organizations/${system.organization}/environments/prod/queries/events`,
      headers: { Authorization: `Bearer ${system.token}` },
      ca: cert,
    });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    await eventually('the position of the stream', () => (/^id: /m.test(text) ? true : null));
    const id = await system.client.submit({
      metrics: [{ name: 'message_count', function: 'sum' }],
      timeRange: 'last24hours',
    });
    await eventually('the event', () => (text.includes(`queries/${id}","state":"enqueued"`) ? true : null));
    request.destroy();
  });

  test('is managed from the command line, which trusts the certificate by NODE_EXTRA_CA_CERTS', async () => {
    const cli = startNode('apps/cli/bin/hourglass.js', {
      args: ['admin', 'environment', 'list', '--org', system.organization],
      cwd: repositoryRoot,
      env: {
        PATH: env['PATH'] ?? '',
        HOURGLASS_URL: `https://localhost:${port}`,
        HOURGLASS_TOKEN: system.token,
        NODE_EXTRA_CA_CERTS: env['HOURGLASS_TLS_CERT'] ?? '',
      },
    });
    expect([(await cli.exited).code, cli.output()]).toEqual([0, expect.stringContaining('prod')]);
  });

  test('passes the health check of its image, which fails without the certificate', () => {
    const [program = '', ...args] = healthCheck();
    const run = (settings: Readonly<Record<string, string>>) =>
      spawnSync(program, args, {
        env: { PATH: env['PATH'], HOURGLASS_PORT: String(port), ...settings },
        timeout: 10_000,
      }).status;
    expect(run({ HOURGLASS_TLS_CERT: env['HOURGLASS_TLS_CERT'] ?? '' })).toBe(0);
    expect(run({})).toBe(1);
  });
});
