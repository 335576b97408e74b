// Changes of a configuration as nested objects, addressed by dotted keys; and what a person typed as a value.
export type Tree = { [key: string]: unknown }

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

export function withValue(tree: Tree, key: string, value: unknown): Tree {
  const [first = '', ...rest] = key.split('.')
  if (rest.length === 0) return { ...tree, [first]: value }
  const inner = tree[first]
  return { ...tree, [first]: withValue(isTree(inner) ? inner : {}, rest.join('.'), value) }
}

/** Groups that become empty go too. */
export function withoutValue(tree: Tree, key: string): Tree {
  const [first = '', ...rest] = key.split('.')
  const { [first]: inner, ...others } = tree
  if (rest.length === 0 || !isTree(inner)) return others
  const left = withoutValue(inner, rest.join('.'))
  return Object.keys(left).length === 0 ? others : { ...others, [first]: left }
}

/** Numbers, lists such as 40, 56, 40, and words. What cannot be used is told by the check, not here. */
export function parseTyped(text: string): unknown {
  const trimmed = text.trim()
  const list = trimmed.includes(',') && !trimmed.startsWith('[') ? `[${trimmed}]` : trimmed
  try {
    return JSON.parse(list)
  } catch {
    return trimmed
  }
}

export const showTyped = (value: unknown): string =>
  Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : JSON.stringify(value)
