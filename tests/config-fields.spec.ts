import { describe, expect, it } from 'vitest'
import { listConfigFields, listConfigGroups } from '../contract/config-fields.ts'
import { RunConfigSchema } from '../contract/run-config.ts'

const fields = listConfigFields()
const field = (key: string) => fields.find((each) => each.key === key)

function leaves(tree: object, prefix = ''): string[] {
  return Object.entries(tree).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? leaves(value, `${prefix}${name}.`)
      : [prefix + name],
  )
}

describe('the fields of the configuration', () => {
  it('are all settings of the schema, in its order', () => {
    expect(fields.map(({ key }) => key)).toEqual(leaves(RunConfigSchema.parse({})))
  })

  it('are all explained', () => {
    expect(fields.filter(({ description }) => description === '').map(({ key }) => key)).toEqual([])
  })

  it.each([
    ['stage1.steps', { kind: 'integer', mayBe: 'integer >= 1', standard: 400 }],
    ['plan.cropToBody', { kind: 'switch', standard: true }],
    ['stage2.initialise', { kind: 'choice', choices: ['stage1', 'shared', 'scratch'], standard: 'stage1' }],
    ['network.levels', { kind: 'text', mayBe: 'auto or integer >= 2, <= 6', standard: 'auto' }],
    ['plan.patch', { kind: 'text', standard: 'auto' }],
    ['optimiser.learningRate', { kind: 'number', mayBe: 'number > 0' }],
  ])('%s', (key, expected) => expect(field(key)).toMatchObject(expected))

  it('belong to groups, of which the loss terms are explained', () => {
    expect(listConfigGroups().map(({ key }) => key)).toContain('stage2.featureSimilarity')
  })
})
