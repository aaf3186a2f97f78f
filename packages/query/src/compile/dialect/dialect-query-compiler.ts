import {
  type CompiledQuery,
  createQueryId,
  PostgresQueryCompiler,
  type RawNode,
  type RootOperationNode,
} from 'kysely';
import { type Dialect, writtenNode } from './dialect.ts';

/** Compiles statements in a dialect. Values become parameters. */
export class DialectQueryCompiler extends PostgresQueryCompiler {
  private readonly dialect: Dialect;

  constructor(dialect: Dialect) {
    super();
    this.dialect = dialect;
  }

  compile(node: RootOperationNode): CompiledQuery {
    return this.compileQuery(node, createQueryId());
  }

  protected override visitRaw(node: RawNode): void {
    const written = writtenNode(node, this.dialect);
    if (written === null) super.visitRaw(node);
    else this.visitNode(written);
  }

  protected override appendValue(value: unknown): void {
    this.addParameter(value);
    this.append(this.dialect.placeholder(this.numParameters, value));
  }

  protected override sanitizeIdentifier(name: string): string {
    return super.sanitizeIdentifier(this.dialect.identifier(name));
  }

  protected override sanitizeStringLiteral(text: string): string {
    return this.dialect.escapeLiteral(text);
  }
}
