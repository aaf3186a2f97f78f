// Load generator of npm run bench:api, in a separate process: keep-alive clients that send one GET after another.
// Prints its counts as JSON. It writes to sockets directly, because node:http costs as much per request as the measured
// servers and would distort the result.
import { connect } from 'node:net';
import { summary } from './latencies.mjs';

const { url, clients, seconds, requests } = JSON.parse(process.argv[2]);
const { hostname, port, host } = new URL(url);
const durationsMs = [];
let lost = 0;
const until = performance.now() + seconds * 1000;

await Promise.all(Array.from({ length: clients }, (_, client) => poll(requests[client % requests.length])));
const answered = durationsMs.length;
console.log(JSON.stringify({ perSecond: answered / seconds, answered, lost, ...summary(durationsMs) }));

/** Polls until the time is up or the connection breaks; then the pending request counts as lost. */
function poll({ path, authorization }) {
  const request =
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n` +
    (authorization === undefined ? '\r\n' : `Authorization: ${authorization}\r\n\r\n`);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    let text = '';
    let sentAtMs = 0;
    const send = () => {
      text = '';
      sentAtMs = performance.now();
      socket.write(request);
    };
    const finish = () => {
      socket.destroy();
      resolve();
    };
    const lose = () => {
      lost += 1;
      finish();
    };
    socket.setEncoding('latin1');
    socket.on('connect', send);
    socket.on('error', lose);
    socket.on('end', lose);
    socket.on('data', (chunk) => {
      text += chunk;
      if (!isComplete(text)) return;
      const nowMs = performance.now();
      if (text.startsWith('HTTP/1.1 200 ')) durationsMs.push(nowMs - sentAtMs);
      else lost += 1;
      if (nowMs < until) send();
      else finish();
    });
  });
}

function isComplete(text) {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd === -1) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
  return text.length >= headEnd + 4 + Number(length);
}
