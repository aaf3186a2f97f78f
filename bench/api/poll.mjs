// A process of its own for npm run bench:api: keep-alive clients that each send a GET, read the answer and send the
// next. Prints what it counted as JSON. It writes to sockets by itself, because node:http costs as much for a request
// as the servers that are measured, and would be what is measured.
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

/** Until the time is over, or the connection breaks, which loses the request that is underway. */
function poll({ path, authorization }) {
  const request =
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n` +
    (authorization === undefined ? '\r\n' : `Authorization: ${authorization}\r\n\r\n`);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    let answer = '';
    let sentAtMs = 0;
    const send = () => {
      answer = '';
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
    socket.on('data', (text) => {
      answer += text;
      if (!isWhole(answer)) return;
      const nowMs = performance.now();
      if (answer.startsWith('HTTP/1.1 200 ')) durationsMs.push(nowMs - sentAtMs);
      else lost += 1;
      if (nowMs < until) send();
      else finish();
    });
  });
}

function isWhole(answer) {
  const headEnd = answer.indexOf('\r\n\r\n');
  if (headEnd === -1) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(answer)?.[1];
  return answer.length >= headEnd + 4 + Number(length);
}
