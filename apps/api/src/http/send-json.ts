import type { Response } from 'express';
import type { HeaderValues } from './route.ts';

/** `response.set` without its content-type handling. */
export function setHeaders(response: Response, headers: HeaderValues): void {
  for (const name in headers) response.setHeader(name, headers[name] ?? '');
}

/**
 * `response.json` without content negotiation and cache checks, which take 5 % of the time of a
 * poll.
 */
export function sendJson(response: Response, body: object): void {
  sendJsonText(response, JSON.stringify(body));
}

/** Sends serialized JSON. */
export function sendJsonText(response: Response, text: string): void {
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}
