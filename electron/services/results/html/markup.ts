// HTML and SVG as text: whatever is put into a template is escaped, unless it is markup itself.

export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Part = Markup | string | number | readonly Markup[]

const signs: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

export const escapeText = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => signs[sign] ?? sign)

/** @example markup`<td title="${name}">${rows}</td>` */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const text = strings.reduce((sum, string, index) => `${sum}${string}${textOf(parts[index] ?? '')}`, '')
  return new Markup(text)
}

function textOf(part: Part): string {
  if (part instanceof Markup) return part.text
  if (typeof part === 'string') return escapeText(part)
  // Coordinates: enough digits to draw, and the same ones everywhere.
  if (typeof part === 'number') return String(Math.round(part * 100) / 100)
  return part.map(({ text }) => text).join('')
}
