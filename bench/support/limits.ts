/** Six limits of six kinds, all of which a permit must pass: rates, spending, a host list, hours. */
export const SIX_LIMITS = {
  'core:rate:max_per_minute': 1_000_000_000,
  'core:rate:max_total': 1_000_000_000,
  'core:cost:max_per_action': 50_000,
  'core:cost:max_per_day': 1_000_000_000_000,
  'core:scope:domain_allowlist': ['api.example.com', '*.fares.example.com'],
  'core:time:operating_hours': { timezone: 'Europe/Berlin', start: '00:00', end: '00:00' },
} as const
