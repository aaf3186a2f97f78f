import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { createUserAgentReader } from '../../src/formats/logs/user-agent.ts';

const read = createUserAgentReader();
const chrome = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0';

describe('a user agent', () => {
  test.each([
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome} Safari/537.36`,
      'Chrome',
      'Browser',
      'Personal computer',
      'Windows',
      '10',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.9; rv:27.0) Gecko/20100101 Firefox/27.0',
      'Firefox',
      'Browser',
      'Personal computer',
      'macOS',
      '10.9',
    ],
    [
      `Mozilla/5.0 (Linux; Android 14; Pixel 8) ${chrome} Mobile Safari/537.36`,
      'Chrome',
      'Mobile Browser',
      'Smartphone',
      'Android',
      '14',
    ],
    [
      'Mozilla/5.0 (iPad; CPU OS 7_0 like Mac OS X) AppleWebKit/537.51.1 (KHTML, like Gecko) Version/7.0 Mobile/11A465 Safari/9537.53',
      'Safari',
      'Mobile Browser',
      'Tablet',
      'iOS',
      '7.0',
    ],
    [
      'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
      'Googlebot',
      'Robot',
      null,
      null,
      null,
    ],
    [
      'Mozilla/5.0 (compatible; MJ12bot/v1.4.4; http://www.majestic12.co.uk/bot.php?+)',
      'MJ12bot',
      'Robot',
      null,
      null,
      null,
    ],
    ['Mozilla/5.0 (compatible; Ezooms/1.0; help@moz.com)', 'Ezooms', 'Robot', null, null, null],
    ['Tiny Tiny RSS/1.11 (http://tt-rss.org/)', 'Tiny Tiny RSS', 'Robot', null, null, null],
    ['curl/8.5.0', 'curl', 'Library', null, null, null],
    ['python-requests/2.31.0', 'python-requests', 'Library', null, null, null],
    ['Go-http-client/2.0', 'Go-http-client', 'Library', null, null, null],
    ['Wget/1.14 (linux-gnu)', 'Wget', 'Library', 'Personal computer', 'Linux', null],
  ])('%s', (text, family, type, device, system, systemVersion) => {
    expect(read(text)).toMatchObject({
      ax_ua_agent_family: family,
      ax_ua_agent_type: type,
      ax_ua_device_category: device,
      ax_ua_os_family: system,
      ax_ua_os_version: systemVersion,
    });
  });

  test('that is missing or meaningless leaves every field null', () => {
    for (const text of [null, '', '&as_qdr=all']) {
      expect(new Set(Object.values(read(text)))).toEqual(new Set([null]));
    }
  });

  test('has a version', () => {
    expect(read('curl/8.5.0').ax_ua_agent_version).toBe('8.5.0');
    expect(
      read('Mozilla/5.0 (compatible; AhrefsBot/5.0; +http://ahrefs.com/robot/)').ax_ua_agent_version,
    ).toBe('5.0');
  });

  test('is parsed once while it is among the newest in a bounded cache', () => {
    const small = createUserAgentReader(2);
    const first = small('curl/1');
    expect(small('curl/1')).toBe(first);
    small('curl/2');
    small('curl/3');
    expect(small('curl/1')).not.toBe(first);
    expect(small('curl/1')).toEqual(first);
  });

  test('of a hostile length is read quickly', () => {
    const startedAt = performance.now();
    for (const piece of ['a ', 'Mozilla/5.0 (', '((((', 'bot', ' -', '; Android '])
      read(piece.repeat(100_000));
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});

test('a user agent in the cache does not keep the text alive that it was cut from', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const chunkBytes = 64 * 1024;
  const reader = createUserAgentReader();
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let number = 0; number < 100; number += 1) {
    const chunk = Buffer.alloc(
      chunkBytes,
      `Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0.0.0.${number} `,
    ).toString();
    reader(chunk.slice(0, 60));
  }
  collectGarbage();
  const kept = process.memoryUsage().heapUsed - before;
  expect(reader('Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0')).toMatchObject({
    ax_ua_agent_family: 'Firefox',
  });
  expect(kept).toBeLessThan(25 * chunkBytes);
});
