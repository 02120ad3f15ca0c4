/** Permission and action words: `namespace:action`, or a plain word. Segments of `[A-Za-z0-9._/-]+` joined by `:`. */
export const ACTION_PATTERN = /^[A-Za-z0-9._/-]+(?::[A-Za-z0-9._/-]+)*$/
export const PERMISSION_PATTERN = /^(?:\*|[A-Za-z0-9._/-]+(?::[A-Za-z0-9._/-]+)*(?::\*)?)$/
export const CONSTRAINT_PATTERN =
  /^(?:\*|\*:[A-Za-z0-9._/-]+|[A-Za-z0-9._/-]+(?::[A-Za-z0-9._/-]+)*(?::\*)?)$/
export const MAX_ACTION_LENGTH = 255

export function isAction(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_ACTION_LENGTH && ACTION_PATTERN.test(value)
}

/** A permission as it stands in a grant: an action, `ns:*`, or `*`. */
export function isPermission(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_ACTION_LENGTH && PERMISSION_PATTERN.test(value)
}

/** A pattern as constraints use it: a permission, or `*:verb` for the last segment. */
export function isActionPattern(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_ACTION_LENGTH && CONSTRAINT_PATTERN.test(value)
}

/** Whether a granted permission covers an action (or a narrower grant): exact, `ns:*`, or `*`. */
export function permissionCovers(granted: string, action: string): boolean {
  if (granted === '*' || granted === action) return true
  return granted.endsWith(':*') && action.startsWith(granted.slice(0, -1))
}

/** Whether a constraint's pattern matches an action: exact, `ns:*`, `*:verb`, or `*`. */
export function patternMatches(pattern: string, action: string): boolean {
  if (pattern.startsWith('*:')) return action.slice(action.lastIndexOf(':') + 1) === pattern.slice(2)
  return permissionCovers(pattern, action)
}

/** The last segment of an action: `book` of `flights:book`. */
export function actionVerb(action: string): string {
  return action.slice(action.lastIndexOf(':') + 1)
}

/** A constraint key has three parts: `core:rate:max_per_minute`. */
export function isConstraintKey(key: string): boolean {
  return /^[a-z][a-z0-9_]*:[a-z][a-z0-9_]*:[a-z][a-z0-9_]*$/.test(key)
}
