import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import express from 'express';
import type { EventPage, QueryEvent } from '@hourglass/reports';
import { eventually } from '@hourglass/testing';
import { afterEach, expect, test } from 'vitest';
import { streamEvents } from '../src/events/event-stream.ts';
import { createQueryWatch } from '../src/events/query-watch.ts';

let stop = () => undefined as void;
afterEach(() => stop());

/** A full page, so that another one follows at once. */
function pageAfter(afterId: string): EventPage {
  const events = Array.from({ length: 100 }, (_, index): QueryEvent => ({
    id: String(Number(afterId) + 1 + index),
    at: new Date(0),
    queryId: '00000000-0000-4000-8000-000000000000',
    scope: { organization: 'acme', environment: 'prod' },
    hostname: null,
    isStateChange: true,
    state: 'running',
    phase: null,
    progressPercent: 0,
    rowsScanned: null,
    failure: 'x'.repeat(1_000),
  }));
  return { events, isFull: true, newestId: '1000000000', isKnown: true };
}

test('a client that does not read holds the pages that fit into buffers, and is disconnected', async () => {
  let pages = 0;
  let isOver = false;
  const watch = createQueryWatch(() => undefined);
  const watcher = watch.ofEnvironment(1);
  const app = express().get('/', async (request, response) => {
    await streamEvents(
      { request, response, reauthenticate: () => Promise.resolve() },
      {
        read(afterId) {
          pages += 1;
          return Promise.resolve(pageAfter(afterId));
        },
        isEnd: () => false,
        dataOf: (event) => event,
        ...{ watcher, draining: watch.draining, first: pageAfter('0'), hasGap: false },
      },
      { slowReaderMs: 300 },
    );
    isOver = true;
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
  stop = () => {
    socket.destroy();
    server.close();
  };
  // Nothing reads the socket.
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await eventually('the end of the stream', () => (isOver ? true : null));
  // Each page has 120 KB; the kernel buffers some megabytes. Without the bound it would be read for ever.
  expect(pages).toBeLessThan(200);
});
