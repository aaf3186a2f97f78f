import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Far longer than a refusal takes. */
const patienceMs = 10_000;

/** Opens a connection to the API at `url` from an address of this machine. */
export async function openConnection(url: string, localAddress = '127.0.0.1'): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, localAddress });
  // A refused connection may be reset.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/**
 * Sends bytes and returns what the API sends until it closes the connection.
 * @throws Error if it does not close it
 */
export async function exchange(url: string, bytes: string | Buffer, localAddress?: string): Promise<string> {
  const socket = await openConnection(url, localAddress);
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
  socket.write(bytes);
  let isOpen = false;
  socket.setTimeout(patienceMs, () => {
    isOpen = true;
    socket.destroy();
  });
  await once(socket, 'close');
  if (isOpen) throw new Error(`the API left the connection open for ${patienceMs} ms after: ${answer}`);
  return answer;
}

/** The status of a raw response; 0: the API closed the connection without one. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0);
}
