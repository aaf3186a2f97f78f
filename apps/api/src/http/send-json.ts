import type { Response } from 'express';

/** `response.json` without its questions about other contents and caches, which take 5 % of the time of a poll. */
export function sendJson(response: Response, body: object): void {
  const text = JSON.stringify(body);
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}
