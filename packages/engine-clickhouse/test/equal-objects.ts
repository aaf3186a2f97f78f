import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface EqualObjects {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  stop(): void;
}

/** Starts a store with the same bytes under every key: thousands of keys without thousands of uploads. */
export async function startEqualObjects(bytes: Buffer): Promise<EqualObjects> {
  const server = createServer((request, response) => {
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    const start = Number(first ?? 0);
    const endExclusive = last ? Math.min(bytes.length, Number(last) + 1) : bytes.length;
    response.writeHead(first === undefined ? 200 : 206, {
      'content-length': endExclusive - start,
      'content-range': `bytes ${start}-${endExclusive - 1}/${bytes.length}`,
      'last-modified': new Date(0).toUTCString(),
      etag: '"equal"',
    });
    response.end(request.method === 'HEAD' ? undefined : bytes.subarray(start, endExclusive));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ bucket: 'facts', accessKeyId: 'key', secretAccessKey: 'secret' },
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
