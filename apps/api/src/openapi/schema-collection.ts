import { z } from 'zod';

type JsonSchema = Readonly<Record<string, unknown>>;

const schemasPath = '#/components/schemas/';

/** The JSON Schemas of a document. Schemas with an id become components, to which others refer. */
export class SchemaCollection {
  readonly components: Record<string, JsonSchema> = {};

  /**
   * @param io `input` for schemas of requests, `output` for those of responses
   * @throws Error if two different schemas share an id
   */
  add(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const {
      $schema: _,
      $defs = {},
      ...root
    } = withSharedReferences(z.toJSONSchema(schema, { io, override: withoutSafeIntegerBounds }));
    for (const [id, definition] of Object.entries($defs)) {
      const known = this.components[id];
      if (known === undefined) this.components[id] = definition;
      else if (JSON.stringify(known) !== JSON.stringify(definition)) {
        throw new Error(`two different schemas have the id "${id}"`);
      }
    }
    return root;
  }
}

interface RootSchema {
  readonly $schema?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly [keyword: string]: unknown;
}

function withSharedReferences(schema: object): RootSchema {
  return JSON.parse(JSON.stringify(schema), (keyword, value: unknown) =>
    keyword === '$ref' && typeof value === 'string' ? value.replace(/^#\/\$defs\//, schemasPath) : value,
  ) as RootSchema;
}

/** Removes bounds that come from JavaScript's safe integers rather than from the contract. */
function withoutSafeIntegerBounds({
  jsonSchema,
}: {
  jsonSchema: { minimum?: number; maximum?: number };
}): void {
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}
