/**
 * Stops the parser at the first fault of a filter. `readFilter` turns it into a fault of the
 * request.
 */
export class FilterFault extends Error {
  /** Index of the fault in the filter's text, in UTF-16 units. */
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.name = 'FilterFault';
    this.at = at;
  }
}
