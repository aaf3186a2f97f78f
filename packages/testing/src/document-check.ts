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
  readonly parameters: readonly {
    readonly name: string;
    readonly in: 'path' | 'query';
    readonly required: boolean;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<Record<string, Shape>>;
}

export interface CheckedDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** Checks of the APIs that this process watches, by their origins. */
const checks = new Map<string, Check>();
/** Compiling a document takes longer than most tests, and all APIs of a build serve the same one. */
const compiled = new Map<string, { readonly document: CheckedDocument; readonly check: Check }>();
let fetchIsWrapped = false;

/**
 * From now on, every response that this process fetches from `origin` is checked against the OpenAPI document served
 * there: one that does not conform makes the fetch throw. Returns the document.
 */
export async function watchApi(origin: string): Promise<CheckedDocument> {
  const text = await (await fetch(`${origin}/openapi.json`)).text();
  const known = compiled.get(text) ?? compile(text);
  compiled.set(text, known);
  checks.set(origin, known.check);
  wrapFetch();
  return known.document;
}

/** For an API that is going to stop: its port may soon be another program's. */
export function unwatchApi(origin: string): void {
  checks.delete(origin);
}

function compile(text: string): { readonly document: CheckedDocument; readonly check: Check } {
  const document = JSON.parse(text) as CheckedDocument;
  return { document, check: responseCheck(document) };
}

/** Once per process: origins without a check pass. */
function wrapFetch(): void {
  if (fetchIsWrapped) return;
  fetchIsWrapped = true;
  const unchecked = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const response = await unchecked(input, init);
    const url = new URL(input instanceof Request ? input.url : input);
    await checks.get(url.origin)?.(init?.method ?? 'GET', url.pathname, response);
    return response;
  };
}

type Wrong = (reason: string) => Error;
type Check = (method: string, path: string, response: Response) => Promise<void>;

function responseCheck(document: CheckedDocument): Check {
  const validatorAt = validators(document);
  // The most specific template comes first: `{id}:cancel` before `{id}`.
  const templates = Object.keys(document.paths)
    .map((template) => ({ template, pattern: patternOf(template) }))
    .sort((one, other) => literalLength(other.template) - literalLength(one.template));

  return async (method, path, response) => {
    const longPath = path.replace(/\/o(?=\/|$)/, '/organizations').replace(/\/e(?=\/)/, '/environments');
    const template = templates.find(({ pattern }) => pattern.test(longPath))?.template;
    const name = method === 'HEAD' ? 'get' : method.toLowerCase();
    const operations = template === undefined ? undefined : document.paths[template];
    const operation = operations?.[name];
    const wrong: Wrong = (reason) =>
      new Error(
        `${method} ${path} returned ${response.status}, which the document does not allow: ${reason}`,
      );
    // An unknown path still gets the common error body, and a wrong method that of its path.
    if (operation === undefined || template === undefined) {
      if (response.status < 400) throw wrong('the operation is missing');
      const [other] = Object.keys(operations ?? {});
      const pointer =
        template === undefined || other === undefined
          ? '/components/schemas/Error'
          : schemaPointer(template, other, '4XX');
      if (method !== 'HEAD') await checkJson(response, validatorAt(pointer), wrong);
      return;
    }
    const { status, mediaType } = documentedShape(operation, response, wrong);
    if (mediaType !== 'application/json' || method === 'HEAD') return;
    await checkJson(response, validatorAt(schemaPointer(template, name, status)), wrong);
  };
}

/** Compiles the schema at a JSON pointer of the document, once. */
function validators(document: CheckedDocument): (pointer: string) => ValidateFunction {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'document');
  const known = new Map<string, ValidateFunction>();
  return (pointer) => {
    const validate = known.get(pointer) ?? ajv.compile({ $ref: `document#${pointer}` });
    known.set(pointer, validate);
    return validate;
  };
}

/** The key of the response's status in the document, and its media type. Throws if either is missing there. */
function documentedShape(
  operation: Operation,
  response: Response,
  wrong: Wrong,
): { readonly status: string; readonly mediaType: string } {
  const status = [String(response.status), `${Math.floor(response.status / 100)}XX`].find(
    (key) => operation.responses[key] !== undefined,
  );
  if (status === undefined) throw wrong('the status is missing');
  const mediaTypes = Object.keys(operation.responses[status]?.content ?? {});
  const mediaType = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
  if (mediaType === '' ? mediaTypes.length > 0 : !mediaTypes.includes(mediaType)) {
    throw wrong(`content type: "${mediaType}"; expected ${mediaTypes.join(' or ') || 'none'}`);
  }
  return { status, mediaType };
}

/** Returns the JSON pointer of a JSON response's schema. */
function schemaPointer(template: string, method: string, status: string): string {
  const steps = ['paths', template, method, 'responses', status, 'content', 'application/json', 'schema'];
  return steps
    .map((step) => `/${encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    .join('');
}

async function checkJson(response: Response, validate: ValidateFunction, wrong: Wrong): Promise<void> {
  // A copy, because the test reads the response itself. An aborted response is left to the test.
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

/** A parameter matches a segment or a part of one. */
function patternOf(template: string): RegExp {
  const literals = template
    .split(/\{\w+\}/)
    .map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${literals.join('[^/]+')}/?$`);
}

function literalLength(template: string): number {
  return template.replaceAll(/\{\w+\}/g, '').length;
}
