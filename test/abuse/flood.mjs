import http from 'node:http';

// Requests one URL without a pause on some connections, in a process of its own, and discards the answers: a client
// that read them in the process of a test would slow down the test's own requests. Prints how many were answered
// when it ends.

const { url, authorization, parallel } = JSON.parse(process.argv[2] ?? '');
const agent = new http.Agent({ keepAlive: true });
const answers = new Map();

function get() {
  const request = http.get(url, { agent, headers: { Authorization: authorization } }, (response) => {
    response.resume().once('end', () => {
      answers.set(response.statusCode, (answers.get(response.statusCode) ?? 0) + 1);
      get();
    });
  });
  request.once('error', (error) => {
    throw error;
  });
}

process.once('SIGTERM', () => {
  console.log(JSON.stringify(Object.fromEntries(answers)));
  process.exit();
});
for (let connection = 0; connection < parallel; connection += 1) get();
