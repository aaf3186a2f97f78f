/** Ends the reading of a filter; `readFilter` turns it into the fault of the request. */
export class FilterFault extends Error {
  /** Where it is wrong: an index into the filter's text. */
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.name = 'FilterFault';
    this.at = at;
  }
}
