import type { Quotation } from './seed-page.ts';

/** One fact for each name. */
const proxies = {
  ethor: 'ethorapi',
  weather: 'weather-api',
  search: 'Search',
  view: 'ViewItem',
  non: 'non-prod',
  buy: 'Prod-buy-item',
};
const statuses = [200, 300, 399, 400, 401, 500, 501, 504];

/** Facts with either a proxy or a status, and one with neither. */
export function filterTableFacts(timestamp: string): object[] {
  return [
    ...Object.entries(proxies).map(([name, apiproxy]) => ({ timestamp, flow_resource: name, apiproxy })),
    ...statuses.map((code) => ({
      timestamp,
      flow_resource: `s${code}`,
      response_status_code: code,
      target_response_code: code,
      response_size: code * 2,
    })),
    { timestamp, flow_resource: 'large', response_size: 1000 },
  ];
}

const allProxies = 'buy ethor non search view weather';

/** The examples of the page's table of tokens, and the names of the facts that each selects. */
export const filterTable: readonly (Quotation<string> & { readonly passed: string })[] = [
  { line: 239, quoted: "(apiproxy in 'ethorapi','weather-api')", passed: 'ethor weather' },
  { line: 241, quoted: "(apiproxy in 'ethorapi')", passed: 'ethor' },
  { line: 243, quoted: "(apiproxy in 'Search','ViewItem')", passed: 'search view' },
  { line: 245, quoted: '(response_status_code in 400,401,500,501)', passed: 's400 s401 s500 s501' },
  { line: 250, quoted: '(response_status_code notin 400,401,500,501)', passed: 's200 s300 s399 s504' },
  { line: 252, quoted: '(response_status_code eq 504)', passed: 's504' },
  { line: 254, quoted: "(apiproxy eq 'non-prod')", passed: 'non' },
  {
    line: 256,
    quoted: '(response_status_code ne 500)',
    passed: 's200 s300 s399 s400 s401 s501 s504',
  },
  { line: 258, quoted: "(apiproxy ne 'non-prod')", passed: 'buy ethor search view weather' },
  { line: 260, quoted: '(response_status_code gt 500)', passed: 's501 s504' },
  { line: 262, quoted: '(response_status_code lt 500)', passed: 's200 s300 s399 s400 s401' },
  { line: 264, quoted: '(target_response_code ge 400)', passed: 's400 s401 s500 s501 s504' },
  { line: 266, quoted: '(target_response_code le 300)', passed: 's200 s300' },
  { line: 279, quoted: "(apiproxy like '%buy%')", passed: 'buy' },
  { line: 281, quoted: "(apiproxy like '%item')", passed: 'buy' },
  { line: 283, quoted: "(apiproxy like 'Prod%')", passed: 'buy' },
  { line: 285, quoted: "(apiproxy not like '%buy%')", passed: 'ethor non search view weather' },
  { line: 287, quoted: "(apiproxy not like '%item')", passed: 'ethor non search view weather' },
  { line: 289, quoted: "(apiproxy not like 'Prod%')", passed: 'ethor non search view weather' },
  {
    line: 291,
    quoted: '(target_response_code gt 399) and (response_status_code ge 400)',
    passed: 's400 s401 s500 s501 s504',
  },
  {
    line: 293,
    quoted: '(response_size ge 1000) or (response_status_code eq 500)',
    passed: 'large s500 s501 s504',
  },
];

/** The filters that the page shows or describes outside of that column. */
export const filtersBesidesTheTable: typeof filterTable = [
  {
    line: 236,
    quoted: '(message_count ge 0)',
    passed: `${allProxies} large s200 s300 s399 s400 s401 s500 s501 s504`.split(' ').toSorted().join(' '),
  },
];
