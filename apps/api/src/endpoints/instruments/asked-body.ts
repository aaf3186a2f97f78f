/** Room for the most instruments there may be, with ids of a hundred characters. */
export const maxBodyBytes = 256 * 1024;

/** The example of the contract. */
export const exampleAsked = {
  equipment: ['123'],
  resource: ['charge', 'record', 'sample', 'status', 'training'],
  time: ['bt', '2020-01-01 00:00:00', '2020-01-01 23:59:59'],
};
