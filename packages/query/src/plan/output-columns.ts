/**
 * How the values of an output column are written. The engine delivers `text` as strings (integers and times
 * are text in the contract, already formatted by the compiled statement) and `float` as numbers.
 */
export interface OutputColumn {
  readonly name: string;
  readonly kind: 'text' | 'float';
}
