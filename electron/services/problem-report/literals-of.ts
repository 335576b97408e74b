// The texts that stand in a piece of TypeScript: strings, and what stands between the placeholders of templates. It reads no
// grammar; what it takes wrongly for a text stands in our source all the same.

/** @returns each literal as its parts; a template has one part more than placeholders */
export function literalsOf(code: string): string[][] {
  const found: string[][] = []
  readCode(code, 0, found)
  return found
}

/** Behind these a slash begins a regular expression, behind all others it divides. */
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};>\n]|\breturn)\s*$/

/** @returns where the code ends: behind it, or at the brace that closes a placeholder */
function readCode(code: string, start: number, found: string[][]): number {
  let depth = 0
  for (let at = start; at < code.length; at++) {
    const char = code[at]
    if (char === '/' && code[at + 1] === '/') at = endOf(code, '\n', at)
    else if (char === '/' && code[at + 1] === '*') at = endOf(code, '*/', at + 2) + 1
    else if (char === '/' && BEFORE_REGEX.test(code.slice(Math.max(0, at - 20), at))) at = readRegex(code, at)
    else if (char === "'" || char === '"') at = readString(code, at, found)
    else if (char === '`') at = readTemplate(code, at, found)
    else if (char === '{') depth++
    else if (char === '}' && depth-- === 0) return at
  }
  return code.length
}

const endOf = (code: string, text: string, from: number): number => {
  const end = code.indexOf(text, from)
  return end < 0 ? code.length : end
}

function readString(code: string, start: number, found: string[][]): number {
  let text = ''
  for (let at = start + 1; at < code.length && code[at] !== '\n'; at++) {
    if (code[at] === code[start]) {
      found.push([text])
      return at
    }
    if (code[at] === '\\') at++
    text += code[at] ?? ''
  }
  return start
}

function readTemplate(code: string, start: number, found: string[][]): number {
  const parts = ['']
  for (let at = start + 1; at < code.length; at++) {
    if (code[at] === '`') {
      found.push(parts)
      return at
    }
    if (code[at] === '$' && code[at + 1] === '{') {
      at = readCode(code, at + 2, found)
      parts.push('')
      continue
    }
    if (code[at] === '\\') at++
    parts[parts.length - 1] += code[at] ?? ''
  }
  return code.length
}

function readRegex(code: string, start: number): number {
  let inClass = false
  for (let at = start + 1; at < code.length && code[at] !== '\n'; at++) {
    if (code[at] === '\\') at++
    else if (code[at] === '[') inClass = true
    else if (code[at] === ']') inClass = false
    else if (code[at] === '/' && !inClass) return at
  }
  return start
}
