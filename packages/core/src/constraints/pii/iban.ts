/** Length of an IBAN by country, as the SWIFT registry lists them. */
const LENGTHS: ReadonlyMap<string, number> = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ' +
    'ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 ' +
    'LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 ' +
    'PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))] as const),
)

const START = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}/g
/** Groups may be set apart; no IBAN in groups of four or less is longer than this. */
const MAX_WRITTEN = 70

/** Whether a text holds an IBAN: country, length and check digits right. */
export function hasIban(text: string): boolean {
  for (const { 0: start, index } of text.matchAll(START)) {
    const length = LENGTHS.get(start.slice(0, 2).toUpperCase())
    if (length !== undefined && holdsIban(text.slice(index, index + MAX_WRITTEN), length)) return true
  }
  return false
}

function holdsIban(written: string, length: number): boolean {
  let iban = ''
  let at = 0
  while (iban.length < length) {
    const character = written[at]
    if (character === undefined) return false
    if (/[A-Za-z0-9]/.test(character)) iban += character.toUpperCase()
    else if (!/[ -]/.test(character)) return false
    at += 1
  }
  return !/[A-Za-z0-9]/.test(written[at] ?? '') && remainder97(iban.slice(4) + iban.slice(0, 4)) === 1
}

/** Letters count as 10 to 35. */
function remainder97(text: string): number {
  let remainder = 0
  for (const character of text) {
    const value = Number.parseInt(character, 36)
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97
  }
  return remainder
}
