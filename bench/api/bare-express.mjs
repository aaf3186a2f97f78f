// Baseline of npm run bench:api, in a separate process: Express with its defaults and one handler that responds with
// the object in the first argument. Prints its URL.
import express from 'express';

const body = JSON.parse(process.argv[2]);
const app = express();
app.get('/query', (_request, response) => {
  response.json(body);
});
const server = app.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
// The parent process has exited or closed the pipe.
process.stdin.once('close', () => process.exit()).resume();
