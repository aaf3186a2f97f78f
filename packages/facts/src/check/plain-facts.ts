import type { RowLines } from '../batch/row-lines.ts';
import { nullCell } from '../columns/column-rule.ts';
import { columnRules } from '../columns/column-rules.ts';
import { maxTextBytes } from '../columns/text-rule.ts';
import { timeRule, type TimeBounds } from '../columns/time-rule.ts';
import { customCell, type ValueEncoder } from './custom-cell.ts';
import { atLeastCell, type FactCells } from './fact-cells.ts';
import { PlainJson } from './plain-json.ts';

/** Encodes lines of which it is certain, and leaves the others to the row checker. */
export interface PlainLineEncoder {
  /**
   * Encodes the line that begins at `start` of these bytes, which are whole lines of UTF-8. Returns
   * the position after the line's end, or -1 if the line is not plain.
   */
  encodeLine(bytes: Buffer, start: number): number;
}

interface PlainField {
  /** The name in quotes. */
  readonly name: Buffer;
  /** Null: a custom field. */
  readonly cell: number | null;
  readonly encoder: ValueEncoder;
  /** Whether the bytes of such a value are its cell. */
  readonly copiesText: boolean;
  readonly copiesWholeNumbers: boolean;
  /** Number of the line that had the field last. */
  line: number;
}

const quote = 0x22;
const wholeNumberTypes: ReadonlySet<string> = new Set(['integer', 'decimal', 'float']);

/**
 * Copies the values of plain facts from their JSON, without an object or a text for each. A line is
 * plain if it has known fields only, each once, with numbers of at most 15 digits and texts without
 * escapes.
 */
export class PlainFacts implements PlainLineEncoder {
  private readonly cells: FactCells;
  private readonly times: TimeBounds;
  private readonly lines: RowLines;
  private readonly constants: readonly (readonly [cell: number, text: string])[];
  private readonly fields = new Map<string, PlainField>();
  /** The fields of the line before, by their places. Facts of one source have the same order. */
  private readonly order: (PlainField | undefined)[] = [];
  private readonly json = new PlainJson();
  private line = 0;
  private members: string[] = [];

  constructor(cells: FactCells, times: TimeBounds, lines: RowLines) {
    this.cells = cells;
    this.times = times;
    this.lines = lines;
    this.constants = [...cells.emptyFact.entries()].filter(([, text]) => text !== nullCell);
  }

  encodeLine(bytes: Buffer, start: number): number {
    const { json, lines } = this;
    this.line += 1;
    this.members = [];
    lines.begin();
    json.begin(bytes, start);
    if (!this.readMembers() || !lines.hasValue(0)) return -1;
    const next = json.endLine();
    if (next < 0) return next;
    this.addMissing(bytes);
    lines.end(bytes);
    return next;
  }

  private readMembers(): boolean {
    const { json, order } = this;
    if (!json.takeObjectStart()) return false;
    for (let place = 0; ; place += 1) {
      let field = order[place];
      if (field === undefined || !json.takeExactly(field.name)) {
        field = this.otherField();
        order[place] = field;
      }
      if (field === undefined || field.line === this.line) return false;
      field.line = this.line;
      if (!json.takeColon() || !this.readValue(field)) return false;
      if (!json.takeComma()) return json.takeObjectEnd();
    }
  }

  private otherField(): PlainField | undefined {
    const name = this.json.takeText() ? this.json.text() : '';
    const known = this.fields.get(name);
    if (known !== undefined) return known;
    const field = this.plainField(name);
    // Only known names are kept, because clients choose the others.
    if (field !== undefined) this.fields.set(name, field);
    return field;
  }

  private plainField(name: string): PlainField | undefined {
    const quoted = Buffer.from(`"${name}"`);
    const custom = this.cells.customEncoders.get(name);
    const cell = this.cells.cellOf.get(name) ?? null;
    const type = cell === null ? undefined : this.cells.types[cell];
    if (type !== undefined) {
      const encoder = cell === 0 ? timeRule(this.times) : columnRules[type];
      const copiesWholeNumbers = wholeNumberTypes.has(type);
      return { name: quoted, cell, encoder, copiesText: type === 'text', copiesWholeNumbers, line: 0 };
    }
    if (custom === undefined) return undefined;
    const copies = { copiesText: false, copiesWholeNumbers: false };
    return { name: quoted, cell: null, encoder: custom, ...copies, line: 0 };
  }

  private readValue(field: PlainField): boolean {
    const { json, lines } = this;
    const { cell } = field;
    if (json.next() === quote) {
      if (!json.takeText()) return false;
      if (!field.copiesText || cell === null) return this.encode(field, json.text());
      if (json.endExclusive - json.start > maxTextBytes) return false;
      lines.setBytes(cell, json.start, json.endExclusive);
      return true;
    }
    if (json.takeNumber()) {
      if (!field.copiesWholeNumbers || cell === null || !json.isWhole)
        return this.encode(field, json.number());
      lines.setBytes(cell, json.start, json.endExclusive);
      return true;
    }
    if (json.takeNull()) return true;
    const boolean = json.takeBoolean();
    return boolean !== null && this.encode(field, boolean);
  }

  private encode({ cell, encoder }: PlainField, value: unknown): boolean {
    const text = encoder.encode(value);
    if (text === null) return false;
    if (cell === null) this.members.push(text);
    else this.lines.setText(cell, text);
    return true;
  }

  /** Adds the values that the fact leaves out, and the cell of custom fields. */
  private addMissing(bytes: Buffer): void {
    const { lines, members } = this;
    const { atLeastRules, customCell: cell } = this.cells;
    for (const [constant, text] of this.constants)
      if (!lines.hasValue(constant)) lines.setText(constant, text);
    for (const rule of atLeastRules) {
      if (lines.hasValue(rule.target) || !lines.hasValue(rule.source)) continue;
      lines.setText(rule.target, atLeastCell(rule, Number(lines.textOf(rule.source, bytes))));
    }
    if (cell !== null && members.length > 0) lines.setText(cell, customCell(members));
  }
}
