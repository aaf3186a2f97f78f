export const datasets = ['api', 'mint', 'instruments', 'orders', 'consumption'] as const;
