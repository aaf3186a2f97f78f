import { column } from '../column-dimension.ts';
import type { Dimension } from '../dataset.ts';

const text = column('text');
const timestamp = column('timestamp');
const boolean = column('boolean');

const transaction: readonly Dimension[] = [
  text('id', 'Id of the transaction.'),
  text('type', 'What was charged or paid, such as CHARGE, REFUND or SETUPFEES.'),
  text('status', 'How far the transaction is: SUCCESS, FAILED, FINAL or REVIEW.'),
  text('txProviderStatus', "The payment provider's status of the transaction."),
  text('providerTxId', "The payment provider's reference of the transaction."),
  text('parentId', 'Id of the transaction that this one belongs to.'),
  text('startTime', "Start by the clock of the organization's time zone, as it was sent."),
  text('endTime', "End by the clock of the organization's time zone, as it was sent."),
  timestamp('utcStartTime', 'Start of the transaction.'),
  timestamp('utcEndTime', 'End of the transaction.'),
  text('notes', 'What a person wrote about the transaction.'),
];

const money: readonly Dimension[] = [
  text('currency', 'Currency of the amounts, an ISO 4217 code; in a converted report the one that is shown.'),
  boolean('isVirtualCurrency', 'Whether the currency is a virtual one of the organization.'),
  text('taxModel', 'Who owes the tax, such as UNDISCLOSED or DISCLOSED.'),
];

const plan: readonly Dimension[] = [
  text('ratePlanId', 'Id of the rate plan.'),
  text('ratePlanName', 'Name of the rate plan.'),
  text('ratePlanLevel', 'Whom the rate plan is for: STANDARD or DEVELOPER.'),
  text('pricingType', 'How the price is found: RATECARD, REVSHARE or REVSHARE_RATECARD.'),
  text('pkgId', 'Id of the package of API products.'),
  text('pkgName', 'Name of the package of API products.'),
  text('pkgRatePlanProductName', 'Package, rate plan and product in one name.'),
];

const parties: readonly Dimension[] = [
  text('application', 'Name of the application.'),
  text('applicationId', 'Id of the application.'),
  text('applicationOrgId', "Organization of the application when it is not the environment's."),
  text('developer', 'Name of the developer.'),
  text('developerId', 'Id of the developer.'),
  text('developerEmail', 'E-mail address of the developer.'),
  text('developerOrgId', "Organization of the developer when it is not the environment's."),
  text('product', 'Name of the API product.'),
  text('productId', 'Id of the API product, alone or in the form organization@@@id.'),
  {
    name: 'environment',
    description: 'Environment that the transaction belongs to.',
    source: { kind: 'tenant', of: 'environment' },
  },
  {
    name: 'organization',
    description: 'Organization that the transaction belongs to.',
    source: { kind: 'tenant', of: 'organization' },
  },
];

/** Dimensions of monetization. */
export const mintDimensions: readonly Dimension[] = [...transaction, ...money, ...plan, ...parties];
