// Load generator of npm run bench:api, in a separate process: submits at a fixed rate, regardless of pending
// responses. Latency counts from the scheduled time, so that a stalled server cannot hide its delay by holding up later
// submissions. Prints its counts as JSON.
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

/** Resolves to the status once the response is complete. */
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
