export const deliveryKinds = ['email', 'webhook', 'slack', 's3'] as const;
