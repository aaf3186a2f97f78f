import { once } from 'node:events';
import http, { type RequestListener } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeCertificate } from '@hourglass/testing';
import { expect, test } from 'vitest';
import { awaitReady } from '../src/await-ready.ts';

test.each(['http', 'https'] as const)(
  'The supervisor waits until the API is ready over %s',
  async (scheme) => {
    let asked = 0;
    const listener: RequestListener = ({ url }, response) => {
      asked += url === '/readyz' ? 1 : 0;
      response.writeHead(asked < 2 ? 503 : 200).end('{}');
    };
    const server =
      scheme === 'http' ? http.createServer(listener) : https.createServer(makeCertificate(), listener);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await awaitReady({
      url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
      apiExited: new Promise(() => {}),
      timeoutMs: 60_000,
      signal: new AbortController().signal,
    });
    expect(asked).toBe(2);
    server.close();
  },
);
