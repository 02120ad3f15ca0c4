const NUMBER = /(?<![\d-])(\d{3})([- ])(\d{2})\2(\d{4})(?![\d-])/g

/** Whether a text holds a US social security number in its usual groups, within the ranges that are given out. */
export function hasSocialSecurityNumber(text: string): boolean {
  for (const [, area = '', , group, serial] of text.matchAll(NUMBER)) {
    const given = area !== '000' && area !== '666' && !area.startsWith('9')
    if (given && group !== '00' && serial !== '0000') return true
  }
  return false
}
