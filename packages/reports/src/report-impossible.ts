/**
 * The report cannot be made from what is stored, however often it is tried: the query fails at once, by its own fault.
 * The message is shown to the client and says what is missing.
 */
export class ReportImpossible extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ReportImpossible';
  }
}
