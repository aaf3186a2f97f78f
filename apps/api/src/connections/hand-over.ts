import type { Socket } from 'node:net';

/** Gives a connection to a server, with the bytes that were read from it. */
export function handOver(socket: Socket, bytes: Buffer, serve: (socket: Socket) => void): void {
  socket.unshift(bytes);
  serve(socket);
  socket.resume();
}
