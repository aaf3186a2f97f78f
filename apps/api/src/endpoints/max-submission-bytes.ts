/** Room for a filter of a megabyte, so that it meets its own bound, whose answer says more; read within 50 ms. */
export const maxSubmissionBytes = 1.5 * 1024 * 1024;
