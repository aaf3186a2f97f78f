const agents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0',
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'curl/8.5.0',
  'okhttp/4.12.0',
  '-',
];
const statuses = [200, 200, 200, 200, 204, 301, 304, 404, 500];
const startMs = Date.UTC(2026, 10, 1);
const linesAtOnce = 1000;

/** Yields an access log in the combined format. The line follows from its number alone. */
export function* combinedLog(lines) {
  for (let start = 0; start < lines; start += linesAtOnce) {
    const length = Math.min(linesAtOnce, lines - start);
    yield Array.from({ length }, (_, index) => lineOf(start + index)).join('');
  }
}

function lineOf(number) {
  const hash = Math.imul(number + 1, 0x9e3779b1) >>> 0;
  const agent = agents[hash % agents.length].replace('141.0', `141.${hash % 100}`);
  const path = `/shop/v${hash % 4}/products/${hash % 5000}/reviews?page=${hash % 30}&sort=newest`;
  const client = `10.${hash >>> 24}.${(hash >>> 16) & 255}.${hash & 255}`;
  const request = `GET ${path} HTTP/1.1`;
  const status = statuses[hash % statuses.length];
  const referer = `https://shop.example/products/${hash % 5000}`;
  return `${client} - - [${timeOf(number)}] "${request}" ${status} ${hash % 90_000} "${referer}" "${agent}"\n`;
}

/** About five calls a second. */
function timeOf(number) {
  const [, day, month, year, clock] = new Date(startMs + number * 200).toUTCString().split(' ');
  return `${day}/${month}/${year}:${clock} +0000`;
}
