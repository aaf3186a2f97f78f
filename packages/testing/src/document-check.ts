import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

interface Content {
  readonly schema?: object;
  readonly example?: unknown;
}

interface Shape {
  readonly content?: Readonly<Record<string, Content>>;
}

interface Operation {
  readonly security?: readonly object[];
  readonly parameters: readonly { readonly name: string; readonly in: 'path' | 'query' }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<Record<string, Shape>>;
}

export interface CheckedDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/**
 * From now on, every answer that this process fetches from `origin` is held against the OpenAPI document that is
 * served there: one outside of it makes the fetch throw. Answers the document.
 */
export async function checkAnswersOf(origin: string): Promise<CheckedDocument> {
  const unchecked = globalThis.fetch;
  const document = (await (await unchecked(`${origin}/openapi.json`)).json()) as CheckedDocument;
  const check = answerCheck(document);
  globalThis.fetch = async (input, init) => {
    const response = await unchecked(input, init);
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.origin === origin) await check(init?.method ?? 'GET', url.pathname, response);
    return response;
  };
  return document;
}

type Wrong = (reason: string) => Error;
type Check = (method: string, path: string, response: Response) => Promise<void>;

function answerCheck(document: CheckedDocument): Check {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'document');
  const validators = new Map<string, ValidateFunction>();
  const validatorAt = (pointer: string) => {
    const known = validators.get(pointer);
    if (known !== undefined) return known;
    const made = ajv.compile({ $ref: `document#${pointer}` });
    validators.set(pointer, made);
    return made;
  };
  // The one that leaves the least open comes first: `{id}:cancel` before `{id}`.
  const templates = Object.keys(document.paths)
    .map((template) => ({ template, pattern: patternOf(template) }))
    .sort((one, other) => literalLength(other.template) - literalLength(one.template));

  return async (method, path, response) => {
    const longPath = path.replace(/\/o(?=\/|$)/, '/organizations').replace(/\/e(?=\/)/, '/environments');
    const template = templates.find(({ pattern }) => pattern.test(longPath))?.template;
    const operations = template === undefined ? {} : (document.paths[template] ?? {});
    const asked = method === 'HEAD' ? 'get' : method.toLowerCase();
    // A wrong method is answered in the style of its path.
    const [other = asked] = response.status === 405 ? Object.keys(operations) : [];
    const name = operations[asked] === undefined ? other : asked;
    const operation = operations[name];
    const wrong: Wrong = (reason) =>
      new Error(`${method} ${path} answered ${response.status}, which the document does not say: ${reason}`);
    // What is nowhere in the document is still answered with the one error body.
    if (operation === undefined || template === undefined) {
      if (response.status < 400) throw wrong('there is no such operation');
      if (method !== 'HEAD') await checkJson(response, validatorAt('/components/schemas/Error'), wrong);
      return;
    }
    const status = [String(response.status), `${Math.floor(response.status / 100)}XX`].find(
      (key) => operation.responses[key] !== undefined,
    );
    if (status === undefined) throw wrong('there is no such status');
    const mediaTypes = Object.keys(operation.responses[status]?.content ?? {});
    const mediaType = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
    if (mediaType === '' ? mediaTypes.length > 0 : !mediaTypes.includes(mediaType)) {
      throw wrong(`its type is "${mediaType}"; expected ${mediaTypes.join(' or ') || 'none'}`);
    }
    if (mediaType !== 'application/json' || method === 'HEAD') return;
    const pointer = ['paths', template, name, 'responses', status, 'content', mediaType, 'schema']
      .map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    await checkJson(response, validatorAt(`/${pointer}`), wrong);
  };
}

async function checkJson(response: Response, validate: ValidateFunction, wrong: Wrong): Promise<void> {
  // A copy: the test reads the answer itself. One that is broken off is for the test to judge.
  const value: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  if (value === undefined || validate(value)) return;
  const faults = (validate.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath} ${message ?? ''}`,
  );
  throw wrong(faults.slice(0, 5).join('; '));
}

/** A parameter is one segment, or a part of one. */
function patternOf(template: string): RegExp {
  const literals = template
    .split(/\{\w+\}/)
    .map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${literals.join('[^/]+')}/?$`);
}

function literalLength(template: string): number {
  return template.replaceAll(/\{\w+\}/g, '').length;
}
