// A process of its own for npm run bench:api: Express as it comes, with one handler that answers the object in the
// first argument. Prints its URL.
import express from 'express';

const body = JSON.parse(process.argv[2]);
const app = express();
app.get('/query', (_request, response) => {
  response.json(body);
});
const server = app.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
// Whoever started it is gone or has enough.
process.stdin.once('close', () => process.exit()).resume();
