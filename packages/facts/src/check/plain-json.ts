const space = 0x20;
const quote = 0x22;
const comma = 0x2c;
const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;
const nine = 0x39;
const colon = 0x3a;
const backslash = 0x5c;
const objectStart = 0x7b;
const objectEnd = 0x7d;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const nullBytes = Buffer.from('null');
const trueBytes = Buffer.from('true');
const falseBytes = Buffer.from('false');

/** A double always preserves 15 digits. With a fraction, one of them is the point. */
const exactDigits = 15;

/**
 * Reads the tokens of plain JSON from bytes of UTF-8: texts without escapes and numbers without
 * exponents, with spaces only after a colon or comma. Each `take…` returns whether the token came
 * next, and only then moves behind it.
 */
export class PlainJson {
  /** The place of the text or number that was taken last, without quotes. */
  start = 0;
  endExclusive = 0;
  /** Whether the number that was taken last has no fraction. */
  isWhole = false;
  private bytes: Buffer = nullBytes;
  private at = 0;

  begin(bytes: Buffer, at: number): void {
    this.bytes = bytes;
    this.at = at;
  }

  next(): number {
    return this.bytes[this.at] ?? 0;
  }

  takeObjectStart(): boolean {
    return this.take(objectStart);
  }

  takeObjectEnd(): boolean {
    return this.take(objectEnd);
  }

  takeComma(): boolean {
    return this.take(comma);
  }

  takeColon(): boolean {
    return this.take(colon);
  }

  /** Returns the position after the line's end, or -1 if something else comes next. */
  endLine(): number {
    const at = this.next() === carriageReturn ? this.at + 1 : this.at;
    return at === this.bytes.length || this.bytes[at] === lineFeed ? at + 1 : -1;
  }

  takeExactly(token: Uint8Array): boolean {
    const { bytes, at } = this;
    for (let index = 0; index < token.length; index += 1)
      if (bytes[at + index] !== token[index]) return false;
    this.at = at + token.length;
    return true;
  }

  takeNull(): boolean {
    return this.takeExactly(nullBytes);
  }

  takeBoolean(): boolean | null {
    if (this.takeExactly(trueBytes)) return true;
    return this.takeExactly(falseBytes) ? false : null;
  }

  takeText(): boolean {
    const { bytes } = this;
    if (this.next() !== quote) return false;
    let at = this.at + 1;
    for (; ; at += 1) {
      // Beyond the last byte is a control character.
      const byte = bytes[at] ?? 0;
      if (byte === quote) break;
      if (byte < space || byte === backslash) return false;
    }
    this.start = this.at + 1;
    this.endExclusive = at;
    this.at = at + 1;
    return true;
  }

  /** Minus zero is not plain: its text is not that of zero. */
  takeNumber(): boolean {
    const { bytes } = this;
    const first = this.next() === minus ? this.at + 1 : this.at;
    const wholeEnd = this.endOfDigits(first);
    const digits = wholeEnd - first;
    const hasZero = bytes[first] === zero;
    if (digits === 0 || (hasZero && digits > 1)) return false;
    this.isWhole = bytes[wholeEnd] !== point;
    const end = this.isWhole ? wholeEnd : this.endOfDigits(wholeEnd + 1);
    if (end - first > exactDigits || end === wholeEnd + 1) return false;
    if (this.isWhole && hasZero && first > this.at) return false;
    this.start = this.at;
    this.endExclusive = end;
    this.at = end;
    return true;
  }

  /** The text that was taken last. */
  text(): string {
    return this.bytes.toString('utf8', this.start, this.endExclusive);
  }

  /** The number that was taken last. */
  number(): number {
    return Number(this.bytes.toString('latin1', this.start, this.endExclusive));
  }

  private take(token: number): boolean {
    if (this.next() !== token) return false;
    this.at += 1;
    while (this.next() === space) this.at += 1;
    return true;
  }

  private endOfDigits(start: number): number {
    let at = start;
    for (; ; at += 1) {
      const byte = this.bytes[at] ?? 0;
      if (byte < zero || byte > nine) return at;
    }
  }
}
