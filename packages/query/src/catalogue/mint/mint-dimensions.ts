import { column } from '../column-dimension.ts';
import type { Dimension } from '../dataset.ts';

const text = column('text');
const timestamp = column('timestamp');
const boolean = column('boolean');

const transaction: readonly Dimension[] = [
  text('id', 'Id of the transaction.'),
  text('type', 'Type of the transaction, such as CHARGE, REFUND or SETUPFEES.'),
  text('status', 'Status of the transaction: SUCCESS, FAILED, FINAL or REVIEW.'),
  text('txProviderStatus', "The payment provider's status of the transaction."),
  text('providerTxId', "The payment provider's reference of the transaction."),
  text('parentId', 'Id of the parent transaction.'),
  text('startTime', "Start in the organization's local time, as sent."),
  text('endTime', "End in the organization's local time, as sent."),
  timestamp('utcStartTime', 'Start of the transaction.'),
  timestamp('utcEndTime', 'End of the transaction.'),
  text('notes', 'Notes on the transaction.'),
];

const money: readonly Dimension[] = [
  text('currency', 'Currency of the amounts, an ISO 4217 code; in a converted report the target currency.'),
  boolean('isVirtualCurrency', 'Whether the currency is a virtual currency of the organization.'),
  text('taxModel', 'Tax model, which decides the party that owes the tax, such as UNDISCLOSED or DISCLOSED.'),
];

const plan: readonly Dimension[] = [
  text('ratePlanId', 'Id of the rate plan.'),
  text('ratePlanName', 'Name of the rate plan.'),
  text('ratePlanLevel', 'Level of the rate plan: STANDARD or DEVELOPER.'),
  text('pricingType', 'Pricing model: RATECARD, REVSHARE or REVSHARE_RATECARD.'),
  text('pkgId', 'Id of the package of API products.'),
  text('pkgName', 'Name of the package of API products.'),
  text('pkgRatePlanProductName', 'Combined name of package, rate plan and product.'),
];

const parties: readonly Dimension[] = [
  text('application', 'Name of the application.'),
  text('applicationId', 'Id of the application.'),
  text('applicationOrgId', "Organization of the application if it is not the environment's."),
  text('developer', 'Name of the developer.'),
  text('developerId', 'Id of the developer.'),
  text('developerEmail', 'E-mail address of the developer.'),
  text('developerOrgId', "Organization of the developer if it is not the environment's."),
  text('product', 'Name of the API product.'),
  text('productId', 'Id of the API product, as id or organization@@@id.'),
  {
    name: 'environment',
    description: 'Environment of the transaction.',
    source: { kind: 'tenant', of: 'environment' },
  },
  {
    name: 'organization',
    description: 'Organization of the transaction.',
    source: { kind: 'tenant', of: 'organization' },
  },
];

export const mintDimensions: readonly Dimension[] = [...transaction, ...money, ...plan, ...parties];
