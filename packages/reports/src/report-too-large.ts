/** The engine met a limit that it was given: the same report fails again, a smaller one may not. */
export class ReportTooLarge extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'ReportTooLarge';
  }
}
