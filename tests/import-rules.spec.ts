// Proves that the import rules catch what they are for: tests/import-rules/ mirrors the rooms, with files that are legal
// (legal.ts) and files named after the one rule they break (NAME.ts, NAME.variant.ts).
import { ESLint } from 'eslint'
import { importX } from 'eslint-plugin-import-x'
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import tseslint from 'typescript-eslint'
import { beforeAll, describe, expect, it } from 'vitest'
import { importRuleConfigs, importRules } from '../scripts/import-rules.mjs'

const fixtures = join(import.meta.dirname, 'import-rules')
const files = globSync('**/*.ts', { cwd: fixtures }).sort()

describe('the import rules', () => {
  const messages = new Map<string, string[]>()

  beforeAll(async () => {
    const eslint = new ESLint({
      cwd: fixtures,
      overrideConfigFile: true,
      overrideConfig: [
        { files: ['**/*.ts'], languageOptions: { parser: tseslint.parser }, plugins: { 'import-x': importX } },
        ...importRuleConfigs(fixtures),
      ],
    })
    for (const result of await eslint.lintFiles(['**/*.ts'])) {
      messages.set(
        result.filePath,
        result.messages.map(({ message }) => message),
      )
    }
  })

  const messagesOf = (file: string) => messages.get(join(fixtures, file))

  it('lints every fixture', () => {
    expect(messages.size).toBe(files.length)
    expect(files.length).toBeGreaterThan(importRules.length)
  })

  it.each(files.filter((file) => basename(file) === 'legal.ts'))('allows %s', (file) => {
    expect(messagesOf(file)).toEqual([])
  })

  describe.each(importRules)('$name', ({ name, reason }) => {
    const violations = files.filter((file) => basename(file).split('.')[0] === name)

    it('has a violation', () => expect(violations).not.toEqual([]))

    it.each(violations)('catches %s', (file) => {
      expect(messagesOf(file)).toEqual([expect.stringContaining(reason)])
    })
  })

  it('has no fixture without a rule', () => {
    const names = new Set(['legal', ...importRules.map(({ name }) => name)])
    expect(files.filter((file) => !names.has(basename(file).split('.')[0]))).toEqual([])
  })
})
