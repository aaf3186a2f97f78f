// The least that a program for this one format does: no checks, no escapes, no user agents, no faults by line.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { reportReading } from './report-reading.mjs';

const combined = /^(\S+) \S+ \S+ \[([^\]]+)\] "(\S+) (\S+) [^"]*" (\d+) (\d+|-) "([^"]*)" "([^"]*)"$/;

await reportReading(async (file) => {
  let [rows, chars] = [0, 0];
  let body = [];
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    const [, client, time, verb, uri, status, size, referer, agent] = combined.exec(line);
    const timestamp = Date.parse(time.replace(/\//g, ' ').replace(':', ' '));
    const path = uri.split('?', 1)[0];
    body.push(
      JSON.stringify({
        client_ip: client,
        timestamp,
        request_verb: verb,
        request_uri: uri,
        request_path: path,
        response_status_code: Number(status),
        response_size: Number(size),
        referer,
        useragent: agent,
        proxy_pathsuffix: path,
        apiproxy: path.split('/', 2)[1],
      }),
    );
    if (body.length < 50_000) continue;
    rows += body.length;
    chars += body.join('\n').length;
    body = [];
  }
  return { rows: rows + body.length, chars: chars + body.join('\n').length };
}, process.argv[2]);
