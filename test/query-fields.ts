/** The parts of JSON Schema that the OpenAPI document uses. */
export interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly $ref?: string;
}

/** A field of a body, like `metrics[0].name`, and the JSON types that it accepts. */
export interface Field {
  readonly path: string;
  readonly types: readonly string[];
}

/** Lists all fields of a body, also inside objects and arrays. `referred` resolves a `$ref`. */
export function fieldsOf(schema: Schema, referred: (reference: string) => Schema, path = ''): Field[] {
  if (schema.$ref !== undefined) return fieldsOf(referred(schema.$ref), referred, path);
  const forms = schema.anyOf ?? [schema];
  const own = path === '' ? [] : [{ path, types: forms.map(({ type = 'none' }) => type) }];
  return [
    ...own,
    ...forms.flatMap(({ properties = {}, items }) => [
      ...Object.entries(properties).flatMap(([name, property]) =>
        fieldsOf(property, referred, path === '' ? name : `${path}.${name}`),
      ),
      ...(items === undefined ? [] : fieldsOf(items, referred, `${path}[0]`)),
    ]),
  ];
}

/** Copies the body with another value of the field. */
export function withValue(body: object, path: string, value: unknown): object {
  const copy = structuredClone(body);
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
  const last = steps.pop() ?? '';
  const owner = steps.reduce<object>((part, step) => Reflect.get(part, step) as object, copy);
  Reflect.set(owner, last, value);
  return copy;
}

const samples: readonly [type: string, value: unknown][] = [
  ['null', null],
  ['boolean', true],
  ['integer', 7],
  ['number', 1.5],
  ['string', 'text'],
  ['array', []],
  ['object', {}],
];

/** Returns a value of each JSON type that the field does not accept. */
export function wrongTypes({ types }: Field): (readonly [type: string, value: unknown])[] {
  // A whole number is a number.
  const accepted = types.includes('number') ? [...types, 'integer'] : types;
  return samples.filter(([type]) => !accepted.includes(type));
}
