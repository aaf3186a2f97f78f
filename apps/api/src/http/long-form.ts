const organizations = /^(\/v1(?:\/mint)?)\/o(?=\/|\?|$)/i;
const environments = /^(\/v1\/organizations\/[^/?]+)\/e(?=\/|\?|$)/i;

/**
 * Expands the path segments `o` and `e` of older Edge clients to `organizations` and
 * `environments`. Once per request is cheaper than four patterns per route, which Express would try
 * one by one.
 */
export function longForm(url: string): string {
  return url.replace(organizations, '$1/organizations').replace(environments, '$1/environments');
}
