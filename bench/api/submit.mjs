// A process of its own for npm run bench:api: submits at a fixed rate, whether or not earlier ones were answered.
// Latencies count from the moment at which a submission was due, so that a server that stalls cannot hide it by
// holding up the next ones. Prints what it counted as JSON.
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { summary } from './latencies.mjs';

const { url, authorization, body, perSecond, seconds } = JSON.parse(process.argv[2]);
const agent = new Agent({ keepAlive: true });
const durationsMs = [];
let lost = 0;
const startMs = performance.now();
const submissions = [];
for (let index = 0; index < perSecond * seconds; index += 1) {
  const dueMs = startMs + (index * 1000) / perSecond;
  const earlyMs = dueMs - performance.now();
  if (earlyMs > 0) await delay(earlyMs);
  submissions.push(submitAndCount(dueMs));
}
await Promise.all(submissions);
agent.destroy();
console.log(JSON.stringify({ answered: durationsMs.length, lost, ...summary(durationsMs) }));

async function submitAndCount(dueMs) {
  const status = await submit().catch(() => null);
  if (status === 201) durationsMs.push(performance.now() - dueMs);
  else lost += 1;
}

/** Answers the status when the whole answer has come. */
function submit() {
  return new Promise((resolve, reject) => {
    const headers = { authorization, 'content-type': 'application/json' };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.once('error', reject);
      response.once('end', () => resolve(response.statusCode));
      response.resume();
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
