// The settings of a run one by one, read from the schema itself: for forms, for previews and for the reference pages.
import { z } from 'zod'
import { RunConfigSchema } from './run-config.ts'

/** What is used of the JSON Schema that zod makes. */
export interface SchemaNode {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly SchemaNode[]
  readonly prefixItems?: readonly SchemaNode[]
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly maximum?: number
}

export interface Setting {
  readonly key: string
  readonly node: SchemaNode
}

/** How a setting is entered. `text`: what is no plain number, switch or choice, e.g. auto or three numbers. */
export type ConfigFieldKind = 'switch' | 'choice' | 'integer' | 'number' | 'text'

export interface ConfigField {
  /** Dotted, e.g. stage1.steps */
  readonly key: string
  readonly description: string
  readonly kind: ConfigFieldKind
  readonly choices: readonly string[]
  /** In words, e.g. "auto or 3 numbers > 0" */
  readonly mayBe: string
  readonly standard: unknown
}

/** Above this a limit only says "a safe integer". */
const noLimit = Number.MAX_SAFE_INTEGER

export const runConfigSchema = (): SchemaNode => z.toJSONSchema(RunConfigSchema, { io: 'output' }) as SchemaNode

/** Every setting by its dotted key, in the order of the schema, without what groups them. */
export function listSettings(node: SchemaNode, prefix = ''): Setting[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, inner]) => {
    const key = prefix === '' ? name : `${prefix}.${name}`
    return inner.properties ? listSettings(inner, key) : [{ key, node: inner }]
  })
}

export const showValue = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** What a setting may be, e.g. "auto or 3 numbers > 0". */
export function describeType(node: SchemaNode): string {
  if (node.const !== undefined) return showValue(node.const)
  if (node.enum) return node.enum.map(showValue).join(', ')
  if (node.anyOf) return node.anyOf.map(describeType).join(' or ')
  if (node.prefixItems) return `${node.prefixItems.length} numbers${rangeOf(node.prefixItems[0] ?? {})}`
  if (node.type === 'boolean') return 'true or false'
  return `${node.type}${rangeOf(node)}`
}

function rangeOf({ minimum, exclusiveMinimum, maximum }: SchemaNode): string {
  const low = exclusiveMinimum !== undefined ? `> ${exclusiveMinimum}` : minimum !== undefined ? `>= ${minimum}` : null
  const high = maximum !== undefined && maximum < noLimit ? `<= ${maximum}` : null
  const parts = [low, high].filter((part) => part !== null)
  return parts.length === 0 ? '' : ` ${parts.join(', ')}`
}

export function listConfigFields(): ConfigField[] {
  return listSettings(runConfigSchema()).map(({ key, node }) => ({
    key,
    description: node.description ?? '',
    kind: kindOf(node),
    choices: (node.enum ?? []).map(showValue),
    mayBe: describeType(node),
    standard: node.default,
  }))
}

/** What the groups of settings are for, where the schema says so: the loss terms. */
export function listConfigGroups(): { key: string; description: string }[] {
  const walk = (node: SchemaNode, prefix: string): { key: string; description: string }[] =>
    Object.entries(node.properties ?? {}).flatMap(([name, inner]) => {
      if (!inner.properties) return []
      const key = prefix === '' ? name : `${prefix}.${name}`
      return [...(inner.description ? [{ key, description: inner.description }] : []), ...walk(inner, key)]
    })
  return walk(runConfigSchema(), '')
}

function kindOf(node: SchemaNode): ConfigFieldKind {
  if (node.type === 'boolean') return 'switch'
  if (node.enum) return 'choice'
  if (node.type === 'integer' || node.type === 'number') return node.type
  return 'text'
}
