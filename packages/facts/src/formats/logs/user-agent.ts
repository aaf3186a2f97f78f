import { parse as parseUserAgent } from 'bowser';
import { isbot } from 'isbot';

/** The user agent dimensions of the `api` dataset. Null if unknown. */
interface UserAgentFields {
  readonly ax_ua_agent_family: string | null;
  /**
   * `Browser`, `Mobile Browser` (phone or tablet), `Library` (an HTTP client in a program) or
   * `Robot`.
   */
  readonly ax_ua_agent_type: string | null;
  readonly ax_ua_agent_version: string | null;
  /** `Personal computer`, `Smartphone`, `Tablet` or `Smart TV`. */
  readonly ax_ua_device_category: string | null;
  readonly ax_ua_os_family: string | null;
  readonly ax_ua_os_version: string | null;
}

export type UserAgentReader = (userAgent: string | null) => UserAgentFields;

const unknownAgent: UserAgentFields = {
  ax_ua_agent_family: null,
  ax_ua_agent_type: null,
  ax_ua_agent_version: null,
  ax_ua_device_category: null,
  ax_ua_os_family: null,
  ax_ua_os_version: null,
};

/**
 * Real user agents are shorter, and the parser's expressions are not safe for long hostile text.
 */
const maxParsedChars = 1024;
const libraries =
  /^(?:curl|wget|libcurl|libwww-perl|lwp|python|aiohttp|httpx|urllib|java|okhttp|apache-httpclient|jakarta|go-http-client|axios|node-fetch|undici|got|guzzlehttp|php|http_request|ruby|faraday|dart|dotnet|restsharp|postmanruntime|insomnia|httpie|libfetch|fetch libfetch|cfnetwork|winhttp|powershell)\b/i;
const links = /\+?https?:\/\/[^\s;)]*|\S+@\S+/gi;
const leadingProducts: readonly RegExp[] = [
  /^(?!mozilla\/)([^/;()]{1,64})\/v?(\d[\w.-]*)/i,
  /^(?!mozilla\/)([^/;()]{1,64}?)(?: v?(\d[\w.]*))?\s*(?:[;(]| - |$)/i,
];
const robotProduct =
  /([a-z\d][\w.! -]*(?:bot|spider|crawler|slurp|fetcher|archiver|preview|reader))\b(?:\/v?(\d[\w.-]*))?/i;
const compatibleProduct = /\(compatible; ([^;/()]{1,64})(?:\/v?(\d[\w.-]*))?/i;
const deviceCategories: ReadonlyMap<string, string> = new Map([
  ['desktop', 'Personal computer'],
  ['mobile', 'Smartphone'],
  ['tablet', 'Tablet'],
  ['tv', 'Smart TV'],
]);

/** Returns a reader with a cache of `maxCached` user agents: logs repeat few of them many times. */
export function createUserAgentReader(maxCached = 10_000): UserAgentReader {
  const cache = new Map<string, UserAgentFields>();
  return (userAgent) => {
    if (userAgent === null || userAgent === '') return unknownAgent;
    const text = userAgent.slice(0, maxParsedChars);
    const cached = cache.get(text);
    if (cached !== undefined) return cached;
    const own = copyOf(text);
    const fields = readUserAgent(own);
    if (cache.size >= maxCached) {
      const oldest = cache.keys().next();
      if (oldest.done !== true) cache.delete(oldest.value);
    }
    cache.set(own, fields);
    return fields;
  };
}

/** Returns a text of its own. A part of a line would keep in memory the chunk that the line was cut from. */
function copyOf(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}

function readUserAgent(text: string): UserAgentFields {
  const { browser, os, platform } = parseUserAgent(text);
  const system = {
    ax_ua_device_category: deviceCategories.get(platform.type ?? '') ?? null,
    ax_ua_os_family: os.name || null,
    // The user agent of Windows 7 says "NT 6.1".
    ax_ua_os_version: (os.name === 'Windows' && os.versionName) || os.version || null,
  };
  if (libraries.test(text)) return { ...agent('Library', firstProduct(text, leadingProducts)), ...system };
  // For unknown agents the parser returns "Mozilla" or a piece of the text.
  const known = browser.name !== 'Mozilla' && /^[\w. -]{1,64}$/.test(browser.name ?? '') ? browser : null;
  if (isbot(text)) {
    return { ...agent('Robot', platform.type === 'bot' ? known : robotProductOf(text, known)), ...system };
  }
  if (known === null) return { ...unknownAgent, ...system };
  const mobile = platform.type === 'mobile' || platform.type === 'tablet';
  return { ...agent(mobile ? 'Mobile Browser' : 'Browser', known), ...system };
}

interface Product {
  readonly name?: string | undefined;
  readonly version?: string | undefined;
}

function agent(type: string, product: Product | null) {
  return {
    ax_ua_agent_family: product?.name?.trim() || null,
    ax_ua_agent_type: type,
    ax_ua_agent_version: product?.version || null,
  };
}

/** A robot's name comes first, or in the comment of a browser's user agent that it imitates. */
function robotProductOf(text: string, browser: Product | null): Product | null {
  const withoutLinks = text.replace(links, '');
  return (
    firstProduct(withoutLinks, [...leadingProducts, robotProduct]) ??
    browser ??
    firstProduct(withoutLinks, [compatibleProduct])
  );
}

function firstProduct(text: string, patterns: readonly RegExp[]): Product | null {
  for (const pattern of patterns) {
    const match = pattern.exec(text);
    if (match !== null) return { name: match[1], version: match[2] };
  }
  return null;
}
