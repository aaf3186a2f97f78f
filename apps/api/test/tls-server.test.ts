import { once } from 'node:events';
import { rename, symlink, unlink, writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import tls from 'node:tls';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createApiMetrics, type ApiMetrics } from '@hourglass/platform';
import {
  eventually,
  makeCertificate,
  ordersPath,
  temporaryFolder,
  type TemporaryFolder,
  type TestCertificate,
} from '@hourglass/testing';
import { createApiServer, type ApiServer } from '../src/connections/api-server.ts';
import { publicOrigin } from '../src/http/public-origin.ts';
import { describeValidity, readCertificate } from '../src/connections/certificate.ts';
import { watchCertificate, type CertificateWatch } from '../src/connections/watch-certificate.ts';

/** The first 6 bytes of a handshake: its client never sends the rest. */
const helloBegins = Buffer.from('160301020001', 'hex');
const limits = {
  maxConnections: 20,
  maxConnectionsPerAddress: 20,
  maxUnfinishedHeads: 3,
  maxUnfinishedHeadsPerAddress: 3,
};

let folder: TemporaryFolder;
let files: { certFile: string; keyFile: string };
let first: TestCertificate;
let metrics: ApiMetrics;
let api: ApiServer;
let port: number;

beforeEach(async () => {
  folder = await temporaryFolder();
  files = { certFile: path.join(folder.path, 'cert.pem'), keyFile: path.join(folder.path, 'key.pem') };
  first = makeCertificate();
  await replace(first);
  metrics = createApiMetrics();
  api = createApiServer({
    app: (request, response) => response.end(`${request.url?.length ?? 0}`),
    limits,
    certificate: await readCertificate(files),
    ownerOf: ({ remoteAddress = '' }) => remoteAddress,
    isKnownAccessKey: (id) => Promise.resolve(id === 'known'),
    metrics,
  });
  api.server.listen(0, '127.0.0.1');
  await once(api.server, 'listening');
  ({ port } = api.server.address() as AddressInfo);
});

afterEach(async () => {
  api.closeIdle();
  api.server.closeAllConnections();
  await new Promise((resolve) => api.server.close(resolve));
  await folder.remove();
});

/** As certbot does it: each file appears whole, one after the other. */
async function replace({ cert, key }: TestCertificate): Promise<void> {
  for (const [file, content] of [
    [files.certFile, cert],
    [files.keyFile, key],
  ] as const) {
    await writeFile(`${file}.new`, content);
    await rename(`${file}.new`, file);
  }
}

async function get(options: https.RequestOptions): Promise<{ statusCode: number; body: string }> {
  const request = https.get({ host: '127.0.0.1', port, ca: first.cert, agent: false, ...options });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  return { statusCode: response.statusCode ?? 0, body: await text(response) };
}

async function metric(name: string): Promise<number> {
  const line = (await metrics.render()).split('\n').find((candidate) => candidate.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1));
}
const openConnections = () => metric('hourglass_http_connections{state="open"}');
const unfinished = () => metric('hourglass_http_connections{state="unfinished_head"}');

/** Resolves when a connection has ended, reset or not. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

async function open(bytes?: Buffer): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port }).on('error', () => undefined);
  await once(socket, 'connect');
  if (bytes !== undefined) socket.write(bytes);
  return socket;
}

describe('A server of TLS', () => {
  test.each([
    ['TLSv1.2', true],
    ['TLSv1.3', true],
    ['TLSv1.1', false],
  ] as const)('speaks %s: %s', async (version, isSpoken) => {
    const asked = get({
      minVersion: version,
      maxVersion: version,
      // OpenSSL clients refuse old versions themselves at the usual level.
      ciphers: 'DEFAULT@SECLEVEL=0',
      path: '/v1',
    });
    if (isSpoken) expect(await asked).toEqual({ statusCode: 200, body: '3' });
    else await expect(asked).rejects.toThrow(/protocol version|EPROTO/);
  });

  test('serves several requests of a connection, and long ones for orders to a known key', async () => {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    for (const target of ['/a', '/ab', '/abc']) {
      expect(await get({ path: target, agent })).toEqual({ statusCode: 200, body: `${target.length}` });
    }
    expect(await openConnections()).toBe(1);
    agent.destroy();
    const long = `${ordersPath}?w=${'x'.repeat(100_000)}`;
    const known = `${long}&accesskey_id=known`;
    expect(await get({ path: known })).toEqual({ statusCode: 200, body: `${known.length}` });
    expect((await get({ path: `${long}&accesskey_id=other` })).statusCode).toBe(431);
    await eventually('the connections are counted as closed', async () =>
      (await openConnections()) === 0 ? true : null,
    );
  });

  test('is the scheme of links without a public URL', () => {
    const socket = { localAddress: '127.0.0.1', localPort: 8443 };
    const origin = (host: string) =>
      publicOrigin({ protocol: 'https', host, socket } as Parameters<typeof publicOrigin>[0], null);
    expect(origin('reports.example')).toBe('https://reports.example');
    expect(origin('forged host')).toBe('https://127.0.0.1:8443');
  });

  test('tells a client of HTTP to use https', async () => {
    const request = http.get({ host: '127.0.0.1', port, agent: false });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    expect(response.statusCode).toBe(400);
    expect(await text(response)).toContain('expected a URL that begins with https://');
  });

  test('counts unfinished handshakes as unfinished heads, and closes those above the limit', async () => {
    const sockets = await Promise.all([1, 2, 3].map(() => open(helloBegins)));
    await eventually('three are counted', async () => ((await unfinished()) === 3 ? true : null));
    const surplus = await open(helloBegins);
    await closed(surplus);
    expect(
      await metric('hourglass_http_refused_connections_total{limit="unfinished_heads"}'),
    ).toBeGreaterThanOrEqual(1);
    for (const socket of sockets) socket.destroy();
    await eventually('their slots are free', async () => ((await unfinished()) === 0 ? true : null));
    expect((await get({ path: '/' })).statusCode).toBe(200);
  });

  test('ends a handshake that takes ten seconds, though bytes arrive', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const socket = await open(helloBegins);
      const end = closed(socket);
      while ((await unfinished()) < 1) await new Promise(setImmediate);
      vi.advanceTimersByTime(9_000);
      socket.write(Buffer.alloc(1));
      while (api.server.listening && socket.bytesWritten < helloBegins.length + 1)
        await new Promise(setImmediate);
      expect(await unfinished()).toBe(1);
      vi.advanceTimersByTime(1_001);
      await end;
    } finally {
      vi.useRealTimers();
    }
  });

  test('closes at a stop what is silent, before the handshake and after it', async () => {
    const beforeHandshake = await open();
    const secured = tls.connect({ host: '127.0.0.1', port, ca: first.cert });
    await once(secured, 'secureConnect');
    await eventually('both are there', async () => ((await openConnections()) === 2 ? true : null));
    const ends = Promise.all([closed(beforeHandshake), closed(secured)]);
    secured.resume();
    api.closeIdle();
    await ends;
  });
});

describe('The files of a certificate', () => {
  let watch: CertificateWatch | null = null;
  afterEach(() => watch?.close());

  async function startWatch(): Promise<{ warnings: string[]; used: string[] }> {
    const [warnings, used]: string[][] = [[], []];
    watch = watchCertificate(await readCertificate(files), {
      everyMs: 10,
      metrics,
      log: {
        info: (_fields: object, message: string) => used?.push(message),
        warn: (message: string) => warnings?.push(message),
      } as Parameters<typeof watchCertificate>[1]['log'],
      use: api.useCertificate,
    });
    return { warnings: warnings ?? [], used: used ?? [] };
  }

  test('take effect for new connections when they are replaced; open ones stay', async () => {
    const { used } = await startWatch();
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    await get({ path: '/', agent });
    const second = makeCertificate();
    // As a volume of Kubernetes: links to another folder.
    await writeFile(path.join(folder.path, 'next-cert.pem'), second.cert);
    await writeFile(path.join(folder.path, 'next-key.pem'), second.key);
    await Promise.all([unlink(files.certFile), unlink(files.keyFile)]);
    await symlink('next-cert.pem', files.certFile);
    await symlink('next-key.pem', files.keyFile);
    await eventually('the new one is used', () => used.length || null);
    await expect(get({ path: '/' })).rejects.toThrow(/self-signed/);
    expect((await get({ path: '/', ca: second.cert })).statusCode).toBe(200);
    expect((await get({ path: '/', agent })).statusCode).toBe(200);
    agent.destroy();
  });

  test('are not used with a fault, which is logged once', async () => {
    const { warnings, used } = await startWatch();
    await writeFile(files.keyFile, makeCertificate().key);
    await eventually('the fault is logged', () => warnings.length || null);
    expect((await get({ path: '/' })).statusCode).toBe(200);
    const third = makeCertificate();
    await replace(third);
    await eventually('the next pair is used', () => used.length || null);
    expect((await get({ path: '/', ca: third.cert })).statusCode).toBe(200);
    expect(warnings).toEqual([
      `HOURGLASS_TLS_KEY: ${files.keyFile} is not the key of the first certificate in ${files.certFile}; new connections keep the former certificate`,
    ]);
  });

  test('are refused with the setting to change', async () => {
    const missing = path.join(folder.path, 'missing.pem');
    await expect(readCertificate({ ...files, certFile: missing })).rejects.toThrow(
      /^HOURGLASS_TLS_CERT: cannot read \S+missing\.pem \(ENOENT: /,
    );
    await expect(readCertificate({ ...files, certFile: files.keyFile })).rejects.toThrow(
      /^HOURGLASS_TLS_CERT: \S+ is not a certificate in PEM \(/,
    );
    await expect(readCertificate({ ...files, keyFile: files.certFile })).rejects.toThrow(
      /^HOURGLASS_TLS_KEY: \S+ is not a private key in PEM without a passphrase \(/,
    );
  });

  test('that have expired, or are not valid yet, are used with a warning', async () => {
    await replace(makeCertificate({ validFromMs: Date.UTC(2020, 0), validUntilMs: Date.UTC(2021, 0) }));
    const { warnings } = await startWatch();
    const text =
      'HOURGLASS_TLS_CERT: the certificate expired at 2021-01-01T00:00:00.000Z, so clients refuse it';
    expect(warnings).toEqual([text]);
    const valid = { validFromMs: 1_000, validUntilMs: 2_000 };
    expect(describeValidity(valid, 1_500)).toBeNull();
    expect(describeValidity(valid, 999)).toContain('is not valid before 1970-01-01T00:00:01.000Z');
    expect(await metric('hourglass_tls_certificate_expiry_seconds')).toBe(Date.UTC(2021, 0) / 1000);
  });
});
