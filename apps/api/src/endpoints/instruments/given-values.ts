import { ReportError, type FieldFault } from '@hourglass/reports';
import { assertJsonBounds } from '../../http/json-bounds.ts';
import { systemParameters } from '../../http/system-parameters.ts';

/** A JSON body, whose shape was checked. */
export type GivenBody =
  | Readonly<Record<string, readonly string[] | string | boolean | undefined>>
  | undefined;

/** The names of fields that an endpoint takes. */
export interface FieldNames {
  readonly lists: readonly string[];
  /** Of one text each. */
  readonly singles: readonly string[];
}

export interface GivenValues {
  /** By field, in the order in which they were given; without the fields that have a fault. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly faults: readonly FieldFault[];
}

type Form = 'a plain key' | 'a key with []' | 'a key with a number' | 'a JSON array' | 'the JSON body';

/** One place in the request that gives a field, or some of it. */
interface Place {
  readonly field: string;
  readonly form: Form;
  /** Null: it begins like a JSON array and is none. */
  readonly texts: readonly string[] | null;
  /** Of `equipment[3]`, else 0. */
  readonly index: number;
}

const bracketKey = /^(\w+)\[(\d{0,6})\]$/;
/** PostgreSQL has no NUL in texts, and UTF-8 no half of a surrogate pair. */
const unstorable = /[\0\p{Surrogate}]/u;

/**
 * Reads the fields in every form that clients have for them: `equipment=a&equipment=b`, `equipment[]=a`, `equipment[0]=a`,
 * `equipment=["a"]`, a JSON body; each field in one of them. The query string is taken as it came: Express reads
 * no more than 1,000 keys.
 * @throws ReportError `request.unknown_parameter`, `request.invalid` for JSON that would cost too much to read
 */
export function readGivenValues(queryString: string, body: GivenBody, names: FieldNames): GivenValues {
  const places = [...placesInQuery(queryString, names), ...placesInBody(body)];
  const values = new Map<string, readonly string[]>();
  const faults: FieldFault[] = [];
  for (const field of [...names.lists, ...names.singles]) {
    const ofField = places.filter((place) => place.field === field);
    const message = faultOf(ofField, names.singles.includes(field));
    if (message !== null) faults.push({ field, message });
    else if (ofField.length > 0) values.set(field, textsOf(ofField));
  }
  return { values, faults };
}

function placesInQuery(queryString: string, { lists, singles }: FieldNames): Place[] {
  return [...new URLSearchParams(queryString)].flatMap(([key, text]): Place[] => {
    const [, list = '', index = ''] = bracketKey.exec(key) ?? [];
    if (lists.includes(list)) {
      const form = index === '' ? 'a key with []' : 'a key with a number';
      return [{ field: list, form, texts: [text], index: Number(index) }];
    }
    if (lists.includes(key) && text.startsWith('[')) {
      return [{ field: key, form: 'a JSON array', texts: readJsonArray(key, text), index: 0 }];
    }
    if (lists.includes(key) || singles.includes(key)) {
      return [{ field: key, form: 'a plain key', texts: [text], index: 0 }];
    }
    if (systemParameters.has(key)) return [];
    const expected = [...lists, ...singles].join(', ');
    throw new ReportError('request.unknown_parameter', { name: key, expected });
  });
}

function placesInBody(body: GivenBody): Place[] {
  return Object.entries(body ?? {}).map(([field, value]) => {
    const texts = Array.isArray(value) ? value : [String(value)];
    return { field, form: 'the JSON body', texts, index: 0 };
  });
}

function readJsonArray(field: string, text: string): readonly string[] | null {
  assertJsonBounds(Buffer.from(text), field);
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null;
  } catch {
    return null;
  }
}

function faultOf(places: readonly Place[], isSingle: boolean): string | null {
  const forms = [...new Set(places.map(({ form }) => form))];
  const [form] = forms;
  if (forms.length > 1) return `it is there as ${forms.join(' and as ')}; expected one of these forms`;
  if (places.length > 1 && (isSingle || form === 'a JSON array')) {
    return 'it is there more than once; expected once';
  }
  if (form === 'a key with a number' && new Set(places.map(({ index }) => index)).size < places.length) {
    return 'a number is there more than once; expected each once';
  }
  if (places.some(({ texts }) => texts === null)) return 'it begins with [ and is no JSON array of texts';
  if (textsOf(places).some((text) => unstorable.test(text))) {
    return 'it holds a NUL character or half of a surrogate pair';
  }
  return null;
}

function textsOf(places: readonly Place[]): readonly string[] {
  return places.toSorted((a, b) => a.index - b.index).flatMap(({ texts }) => texts ?? []);
}
