import { createSocket } from 'node:dgram';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { addressRules, type AddressRange } from '../src/address-rules.ts';
import { checkedLookup, createResolver, nameResolver, type ResolveName } from '../src/checked-lookup.ts';
import { createTargets } from '../src/index.ts';
import { createPoster } from '../src/post.ts';

const loopback: AddressRange = { family: 'ipv4', address: '127.0.0.0', prefixBits: 8 };
const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

/** Returns the port of a server that counts its requests. */
async function serve(answer: (response: ServerResponse) => void) {
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    requests.push(request.url ?? '');
    request.resume();
    answer(response);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  open.push({ close: () => (server.closeAllConnections(), server.close()) });
  return { requests, port: (server.address() as AddressInfo).port };
}

const byDns = nameResolver(createResolver(), { usesHostsFile: false });

function poster(
  networks: readonly AddressRange[],
  { timeoutMs = 10_000, resolve = byDns }: { timeoutMs?: number; resolve?: ResolveName } = {},
) {
  return createPoster({
    targets: createTargets({ networks, allowsHttp: true }),
    lookup: checkedLookup(addressRules(networks), resolve),
    timeoutMs,
  });
}

const message = { headers: { 'content-type': 'application/json' }, body: '{}' };
const never = new AbortController().signal;
const post = (networks: readonly AddressRange[], url: string) =>
  poster(networks).post({ ...message, url }, never);

test('a name whose address is internal is refused when the connection is made', async () => {
  const { port, requests } = await serve((response) => response.writeHead(204).end());
  const url = `http://localhost:${port}/`;
  expect(await post([loopback], url)).toEqual({ kind: 'delivered', status: 204 });
  for (const host of ['localhost', 'LOCALHOST'])
    expect(await post([], `http://${host}:${port}/`)).toMatchObject({
      kind: 'failed',
      error: 'its host has no address on the public internet',
    });
  expect(requests).toHaveLength(1);
});

test('a name whose answer changes to an internal address is not connected to', async () => {
  const { port, requests } = await serve((response) => response.writeHead(204).end());
  const server = await startNameServer(['203.0.113.9', '127.0.0.1', '10.0.0.1']);
  const resolve = nameResolver(createResolver([server]), { usesHostsFile: false });
  const lookup = checkedLookup(
    addressRules([{ family: 'ipv4', address: '203.0.113.9', prefixBits: 32 }]),
    resolve,
  );
  const look = () =>
    new Promise((answer) => {
      lookup('rebound.example', { all: true }, (error, found) => answer(error?.message ?? found));
    });
  // The first answer is allowed here; the same look-up decides the address of each connection.
  expect(await look()).toEqual([{ address: '203.0.113.9', family: 4 }]);
  expect(await look()).toBe('its host has no address on the public internet');
  const outcome = await poster([], { resolve }).post(
    { ...message, url: `http://rebound.example:${port}/` },
    never,
  );
  expect(outcome).toMatchObject({ kind: 'failed', error: 'its host has no address on the public internet' });
  expect(requests).toEqual([]);
});

test('of several addresses of a name, only the allowed ones are connected to', async () => {
  const { port, requests } = await serve((response) => response.writeHead(204).end());
  const resolve: ResolveName = () => Promise.resolve(['10.0.0.1', '127.0.0.1', '::1']);
  const url = `http://two.example:${port}/`;
  expect(await poster([loopback], { resolve }).post({ ...message, url }, never)).toMatchObject({
    status: 204,
  });
  expect(requests).toHaveLength(1);
});

/** Answers each query for an IPv4 address with the next one of the list, and has no IPv6 address. */
async function startNameServer(addresses: readonly string[]): Promise<string> {
  const socket = createSocket('udp4');
  let answered = 0;
  socket.on('message', (query, { port, address }) => {
    // The name ends with a zero byte; type and class follow.
    const end = query.indexOf(0, 12) + 5;
    const isForIpv4 = query.readUInt16BE(end - 4) === 1;
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8180, 2);
    header.writeUInt16BE(isForIpv4 ? 1 : 0, 6);
    header.fill(0, 8);
    const next = addresses[answered % addresses.length] ?? '';
    if (isForIpv4) answered += 1;
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...next.split('.').map(Number)]);
    const parts = [header, query.subarray(12, end), ...(isForIpv4 ? [record] : [])];
    socket.send(Buffer.concat(parts), port, address);
  });
  await new Promise<void>((resolve) => void socket.bind(0, '127.0.0.1', resolve));
  open.push(socket);
  return `127.0.0.1:${socket.address().port}`;
}

test('a literal address is refused although no name is looked up, also when it was saved before', async () => {
  const { port, requests } = await serve((response) => response.writeHead(204).end());
  for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '127.1'])
    expect(await post([], `http://${host}:${port}/`)).toMatchObject({
      kind: 'failed',
      error: expect.stringContaining('127.0.0.1, which is not on the public internet') as unknown,
    });
  expect(requests).toEqual([]);
});

test('a redirect is a failure and is not followed', async () => {
  const inner = await serve((response) => response.writeHead(200).end());
  for (const status of [301, 302, 307, 308]) {
    const { port } = await serve((response) =>
      response.writeHead(status, { location: `http://127.0.0.1:${inner.port}/secret` }).end(),
    );
    expect(await post([loopback], `http://127.0.0.1:${port}/`)).toMatchObject({
      kind: 'failed',
      status,
      error: `status ${status}; expected 2xx: redirects are not followed`,
    });
  }
  expect(inner.requests).toEqual([]);
});

test.each([
  [429, { 'retry-after': '120' }, 120_000],
  [503, { 'retry-after': '7' }, 7_000],
  [500, { 'retry-after': '7' }, null],
  [503, { 'retry-after': 'soon' }, null],
  [503, {}, null],
])('status %i with %o asks for a delay of %s ms', async (status, headers, retryAfterMs) => {
  const { port } = await serve((response) => response.writeHead(status, headers).end());
  expect(await post([loopback], `http://127.0.0.1:${port}/`)).toMatchObject({
    kind: 'failed',
    status,
    retryAfterMs,
  });
});

test('410 says that the receiver is gone', async () => {
  const { port } = await serve((response) => response.writeHead(410).end());
  expect(await post([loopback], `http://127.0.0.1:${port}/`)).toMatchObject({ kind: 'failed', isGone: true });
});

test('a response without an end is cut off, and its status counts', async () => {
  let closed: () => void;
  const cutOff = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const { port } = await serve((response) => {
    response.on('close', () => closed());
    response.on('error', () => undefined);
    response.writeHead(200);
    const write = () => {
      if (!response.destroyed) response.write('x'.repeat(65_536), write);
    };
    write();
  });
  expect(await post([loopback], `http://127.0.0.1:${port}/`)).toEqual({ kind: 'delivered', status: 200 });
  await cutOff;
});

test('a receiver that never responds fails at the timeout', async () => {
  const { port } = await serve(() => undefined);
  const outcome = await poster([loopback], { timeoutMs: 200 }).post(
    { ...message, url: `http://127.0.0.1:${port}/` },
    never,
  );
  expect(outcome).toMatchObject({ kind: 'failed', status: null, error: 'no response within 0.2 s' });
});

test('a receiver that does not speak HTTP, or refuses connections, fails with a reason of ours', async () => {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined).resume();
    socket.end('SSH-2.0-OpenSSH_9\r\n');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  open.push(server);
  const { port } = server.address() as AddressInfo;
  expect(await post([loopback], `http://127.0.0.1:${port}/`)).toMatchObject({
    error: 'the response is not HTTP',
  });
  await new Promise((resolve) => void server.close(resolve));
  expect(await post([loopback], `http://127.0.0.1:${port}/`)).toMatchObject({
    error: 'the connection was refused',
  });
});

test('an abort of the caller is thrown and no outcome', async () => {
  const { port } = await serve(() => undefined);
  const stop = new AbortController();
  const posted = poster([loopback]).post({ ...message, url: `http://127.0.0.1:${port}/` }, stop.signal);
  stop.abort(new Error('the worker stops'));
  await expect(posted).rejects.toThrow('the worker stops');
});
