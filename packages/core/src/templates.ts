/** A named set of constraints to start from. */
export interface ConstraintTemplate {
  slug: string
  name: string
  description: string
  category: string
  icon: string
  constraints: Readonly<Record<string, unknown>>
}

const OFFICE_HOURS = {
  timezone: 'UTC',
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  start: '09:00',
  end: '17:00',
}

/** The templates that every workspace has. */
export const builtInTemplates: readonly ConstraintTemplate[] = [
  {
    slug: 'conservative-agent',
    name: 'Conservative agent',
    description: 'Few actions, small amounts, a person for anything above 2.00, no personal data.',
    category: 'security',
    icon: 'shield',
    constraints: {
      'core:rate:max_per_minute': 10,
      'core:rate:max_per_hour': 100,
      'core:cost:max_per_action': 500,
      'core:cost:max_per_day': 5000,
      'core:cost:approval_threshold': 200,
      'core:data:no_pii_export': true,
    },
  },
  {
    slug: 'read-only-researcher',
    name: 'Read-only researcher',
    description: 'Reads and searches, changes nothing.',
    category: 'research',
    icon: 'book',
    constraints: {
      'core:data:read_only': true,
      'core:rate:max_per_minute': 10,
      'core:rate:max_per_hour': 200,
    },
  },
  {
    slug: 'web-research-agent',
    name: 'Web research agent',
    description: 'Reads the web at a polite rate, changes nothing.',
    category: 'research',
    icon: 'globe',
    constraints: {
      'core:data:read_only': true,
      'core:rate:max_per_minute': 10,
      'core:rate:max_per_hour': 200,
    },
  },
  {
    slug: 'customer-support-agent',
    name: 'Customer support agent',
    description: 'Works on tickets, takes no personal data out.',
    category: 'business',
    icon: 'headset',
    constraints: {
      'core:rate:max_per_minute': 10,
      'core:data:required_metadata': ['ticket_id'],
      'core:data:no_pii_export': true,
    },
  },
  {
    slug: 'expense-report-agent',
    name: 'Expense report agent',
    description: 'Files expenses; a person approves any above 500.00.',
    category: 'finance',
    icon: 'receipt',
    constraints: { 'core:cost:approval_threshold': 50_000 },
  },
  {
    slug: 'invoice-processor',
    name: 'Invoice processor',
    description: 'Pays invoices; a person approves any above 1,000.00.',
    category: 'finance',
    icon: 'invoice',
    constraints: { 'core:cost:approval_threshold': 100_000 },
  },
  {
    slug: 'trading-agent',
    name: 'Trading agent',
    description: 'Trades within limits per action, day and month; stops for a person when its rate jumps.',
    category: 'finance',
    icon: 'chart',
    constraints: {
      'core:cost:max_per_action': 10_000,
      'core:cost:max_per_day': 50_000,
      'core:cost:max_cumulative': 500_000,
      'core:cost:cumulative_window': '30d',
      'core:cost:approval_threshold': 5000,
      'core:safety:anomaly_suspend': true,
    },
  },
  {
    slug: 'payroll-assistant',
    name: 'Payroll assistant',
    description: 'Prepares payroll; a person approves everything.',
    category: 'finance',
    icon: 'wallet',
    constraints: { 'core:approval:required': true },
  },
  {
    slug: 'personal-email-agent',
    name: 'Personal e-mail agent',
    description: 'Reads and writes mail, deletes and exports nothing.',
    category: 'personal',
    icon: 'mail',
    constraints: {
      'core:rate:max_per_hour': 20,
      'core:scope:action_blocklist': ['*:delete', '*:export'],
    },
  },
  {
    slug: 'code-review-agent',
    name: 'Code review agent',
    description: 'Reads and comments on code, pushes and merges nothing.',
    category: 'development',
    icon: 'code',
    constraints: {
      'core:rate:max_per_hour': 30,
      'core:scope:action_blocklist': ['*:push', '*:merge'],
    },
  },
  {
    slug: 'cicd-agent',
    name: 'CI/CD agent',
    description: 'Builds and deploys in office hours only.',
    category: 'development',
    icon: 'rocket',
    constraints: {
      'core:rate:max_per_hour': 20,
      'core:time:operating_hours': OFFICE_HOURS,
    },
  },
  {
    slug: 'social-media-manager',
    name: 'Social media manager',
    description: 'Drafts freely; a person approves every post.',
    category: 'marketing',
    icon: 'megaphone',
    constraints: {
      'core:rate:max_per_hour': 5,
      'core:approval:for_actions': ['*:post'],
    },
  },
  {
    slug: 'sandbox',
    name: 'Sandbox',
    description: 'For trying things out: 1,000 actions in all, none that costs anything.',
    category: 'development',
    icon: 'flask',
    constraints: {
      'core:rate:max_total': 1000,
      'core:cost:max_per_action': 0,
    },
  },
]

const bySlug: ReadonlyMap<string, ConstraintTemplate> = new Map(
  builtInTemplates.map((template) => [template.slug, template]),
)

export function findBuiltInTemplate(slug: string): ConstraintTemplate | undefined {
  return bySlug.get(slug)
}
